/** The compile thread as its callers see it: one question at a time, commits first, few may wait, and none waits for ever. */
import { Worker } from 'node:worker_threads'
import { Fault, messageOf } from '#base/fault.ts'
import type { World } from '#base/service.ts'
import { policyFaults } from '../faults.ts'
import { packedQuestion, type ThreadAnswer } from './messages.ts'
import type { Answers, Question } from './workbench.ts'

/** More callers than so many are sent away; each waits for what takes seconds at worst. */
const waiting_max = 4
/** Commits stand in a line of their own: administrators do not wait behind replays. */
const commits_waiting_max = 100
/** The largest policy on the slowest machine; what takes longer will not end. */
const answer_ms_max = 30_000

/** `first`: a commit waits for it; it comes before all others, and is not sent away with them. */
export type Asking = 'first' | 'in_turn'

export type Compiler = AsyncDisposable & {
  /** @throws policy.busy, policy.compiler_died, and the faults of compiling */
  ask<K extends Question['kind']>(
    question: Question & { kind: K },
    asking?: Asking,
  ): Promise<Answers[K]>
}

/** The thread starts with the first question; one that dies is replaced with the next. */
export function compiler(kept_dir: string, { clock, log }: World): Compiler {
  const lines: Record<Asking, (() => void)[]> = { first: [], in_turn: [] }
  let is_busy = false
  let is_closed = false
  let thread: Worker | undefined
  let last_id = 0

  const take = async (asking: Asking): Promise<void> => {
    if (is_closed) throw policyFaults.compiler_died({ why: 'Gatehouse is stopping' })
    if (!is_busy) {
      is_busy = true
      return
    }
    const waiting = lines[asking]
    if (waiting.length >= (asking === 'first' ? commits_waiting_max : waiting_max)) {
      throw policyFaults.busy({ waiting: waiting.length, retry_after_s: 2 })
    }
    await new Promise<void>((resolve) => waiting.push(resolve))
  }
  const give = (): void => {
    const next = lines.first.shift() ?? lines.in_turn.shift()
    if (next) next()
    else is_busy = false
  }
  const end = async (): Promise<void> => {
    const ending = thread
    thread = undefined
    await ending?.terminate()
  }
  const running = (): Worker => {
    if (thread) return thread
    const worker = startThread(kept_dir)
    thread = worker
    worker.once('exit', () => {
      if (thread === worker) thread = undefined
    })
    return worker
  }
  const put = (worker: Worker, question: Question): Promise<ThreadAnswer> =>
    new Promise((resolve, reject) => {
      const id = ++last_id
      const over = clock.after(answer_ms_max, () => {
        finish(() => reject(new Error(`it took longer than ${answer_ms_max / 1000} s`)))
      })
      const finish = (settle: () => void): void => {
        over[Symbol.dispose]()
        worker.unref()
        worker.off('message', onMessage).off('error', onError).off('exit', onExit)
        settle()
      }
      const onMessage = (answer: ThreadAnswer): void => {
        if (answer.id === id) finish(() => resolve(answer))
      }
      const onError = (error: unknown): void => finish(() => reject(error))
      const onExit = (): void => finish(() => reject(new Error('the thread ended')))
      worker.on('message', onMessage).on('error', onError).on('exit', onExit)
      worker.ref()
      worker.postMessage(packedQuestion(id, question))
    })

  return {
    async ask<K extends Question['kind']>(
      question: Question & { kind: K },
      asking: Asking = 'in_turn',
    ): Promise<Answers[K]> {
      await take(asking)
      try {
        const answer = await put(running(), question)
        if ('fault' in answer) {
          const { code, message, facts } = answer.fault
          throw new Fault(code, message, facts)
        }
        return ('text' in answer ? JSON.parse(answer.text) : answer.answer) as Answers[K]
      } catch (error) {
        if (error instanceof Fault) throw error
        await end()
        log.trouble('policy.compiler_died', error)
        throw policyFaults.compiler_died({ why: messageOf(error) }, { cause: error })
      } finally {
        give()
      }
    },
    async [Symbol.asyncDispose]() {
      is_closed = true
      await end()
    },
  }
}

function startThread(kept_dir: string): Worker {
  const worker = new Worker(new URL('./compile-thread.ts', import.meta.url), {
    workerData: { publish_kept_dir: kept_dir },
  })
  // Whoever waits for an answer hears of it; between two questions nobody does.
  worker.on('error', () => {})
  worker.unref()
  return worker
}
