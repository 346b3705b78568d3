/** PostgreSQL inside this process (PGlite) as a link: one connection, whoever asks waits for it. */
import { Worker } from 'node:worker_threads'
import type { PostgresQueryResult } from 'kysely'
import type { Clock } from '#base/clock.ts'
import { recordsFaults } from '../faults.ts'
import type { ThreadAnswer, ThreadRequest } from './embedded-thread.ts'
import type { Connection, Link } from './link.ts'

/** Callers that may wait for the one connection; more are refused. */
const waiters_max = 1_000

/** Nothing checkpoints by itself in single-user mode, so the log would grow for ever: after this much data we do. */
const checkpoint_bytes = 32 * 1024 ** 2

/** Whoever has the connection when we close may finish, for so long. */
const finish_ms_max = 5_000

/** The engine has no timers of its own to end a statement; an hourly vacuum of a full database takes seconds. */
const call_ms_max = 120_000

/** What the thread is asked; the id is added on the way. */
type Question =
  | { readonly sql: string; readonly parameters: readonly unknown[] }
  | { readonly close: true }
type Answer = PostgresQueryResult<unknown>
type Call = {
  resolve(answer: Answer): void
  reject(error: unknown): void
  readonly limit: Disposable
}

export type EmbeddedLink = Link & {
  /** Settles with the reason when the engine died by itself. */
  readonly died: Promise<Error>
}

/** Opens the cluster in `dir`, making it when there is none; the caller holds the lock of `dir`. */
export async function embeddedLink(dir: string, clock: Clock): Promise<EmbeddedLink> {
  const thread = await startThread(dir, clock)
  const waiting: PromiseWithResolvers<void>[] = []
  let is_busy = false
  let closing: Promise<void> | undefined
  /** Called when the connection is given back and nobody waits. */
  let onIdle = () => {}
  let bytes_since_checkpoint = 0

  const take = (): Promise<void> => {
    if (closing) throw closed()
    if (!is_busy) {
      is_busy = true
      return Promise.resolve()
    }
    if (waiting.length >= waiters_max) {
      throw recordsFaults.unavailable({ why: `${waiters_max} calls are waiting for it` })
    }
    const turn = Promise.withResolvers<void>()
    waiting.push(turn)
    return turn.promise
  }
  const give = () => {
    const next = waiting.shift()
    if (next) next.resolve()
    else is_busy = false
    if (!is_busy) onIdle()
  }
  const close = async () => {
    // Nobody gets the connection any more: who waited for it would wait for ever.
    for (const turn of waiting.splice(0)) turn.reject(closed())
    if (is_busy) {
      const idle = new Promise<void>((resolve) => {
        onIdle = resolve
      })
      using _limit = clock.after(finish_ms_max, () => onIdle())
      await idle
    }
    await thread.close()
  }
  const settle = async () => {
    if (bytes_since_checkpoint >= checkpoint_bytes) {
      bytes_since_checkpoint = 0
      await thread.query('checkpoint', []).catch(() => {})
    }
    give()
  }
  const connection: Connection = {
    query(sql, parameters) {
      for (const p of parameters) if (typeof p === 'string') bytes_since_checkpoint += p.length
      return thread.query(sql, parameters)
    },
    release: () => void settle(),
  }
  return {
    died: thread.died,
    async connect() {
      await take()
      return connection
    },
    close: () => (closing ??= close()),
  }
}

type Thread = {
  query(sql: string, parameters: readonly unknown[]): Promise<Answer>
  close(): Promise<void>
  readonly died: Promise<Error>
}

async function startThread(dir: string, clock: Clock): Promise<Thread> {
  const worker = new Worker(new URL('./embedded-thread.ts', import.meta.url), {
    workerData: { records_dir: dir },
    // What PGlite prints is no log line of ours.
    stdout: true,
    stderr: true,
  })
  worker.stdout.resume()
  worker.stderr.resume()
  const calls = new Map<number, Call>()
  const dead = Promise.withResolvers<Error>()
  const ready = Promise.withResolvers<void>()
  let last_id = 0
  let end: Error | undefined

  const die = (error: Error) => {
    end ??= error
    for (const call of calls.values()) {
      call.limit[Symbol.dispose]()
      call.reject(outage(end))
    }
    calls.clear()
    ready.reject(end)
    dead.resolve(end)
  }
  worker.on('error', (error) => die(error instanceof Error ? error : new Error(String(error))))
  worker.on('exit', () => die(new Error('its thread ended')))
  worker.on('message', (answer: ThreadAnswer) => {
    if ('ready' in answer) return ready.resolve()
    const call = calls.get(answer.id)
    calls.delete(answer.id)
    if (call) settle(call, answer)
  })
  const ask = (question: Question) =>
    new Promise<Answer>((resolve, reject) => {
      if (end) return reject(outage(end))
      const id = ++last_id
      const limit = clock.after(call_ms_max, () => {
        die(new Error(`a call took longer than ${call_ms_max} ms`))
        void worker.terminate()
      })
      calls.set(id, { resolve, reject, limit })
      worker.postMessage({ id, ...question } satisfies ThreadRequest)
    })
  await ready.promise
  return {
    died: dead.promise,
    query: (sql, parameters) => ask({ sql, parameters }),
    async close() {
      await ask({ close: true }).catch(() => {})
      die(new Error('it is closed'))
      await worker.terminate()
    },
  }
}

function settle(call: Call, answer: Exclude<ThreadAnswer, { readonly ready: true }>): void {
  call.limit[Symbol.dispose]()
  if ('error' in answer) {
    const { message, code } = answer.error
    const error = new Error(message)
    call.reject(code === '' ? outage(error) : Object.assign(error, { code }))
  } else {
    const { rowCount, rows } = answer
    call.resolve({ command: answer.command as 'SELECT', rowCount, rows })
  }
}

function closed(): Error {
  return recordsFaults.unavailable({ why: 'it is closed' })
}

function outage(cause: Error): Error {
  return recordsFaults.unavailable({ why: cause.message }, { cause })
}
