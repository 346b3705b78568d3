/** The thread that policies are compiled in, so that no rule set stops the event loop of the office. */
import { isMainThread, parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '#base/clock.ts'
import type { Facts } from '#base/fault.ts'
import { Fault } from '#base/fault.ts'
import { type Answers, type Question, workbench } from './workbench.ts'

export type ThreadQuestion = { readonly id: number; readonly question: Question }

export type ThreadAnswer =
  | { readonly id: number; readonly answer: Answers[Question['kind']] }
  | {
      readonly id: number
      readonly fault: { readonly code: string; readonly message: string; readonly facts: Facts }
    }

function serve(kept_dir: string, port: NonNullable<typeof parentPort>): void {
  const bench = workbench({ kept_dir }, systemClock)
  port.on('message', ({ id, question }: ThreadQuestion) => {
    try {
      const answer = bench.answer(question)
      port.postMessage({ id, answer } satisfies ThreadAnswer)
    } catch (error) {
      // A bug ends the thread; whoever asked is told, and the next one gets a new thread.
      if (!(error instanceof Fault)) throw error
      const { code, message, facts } = error
      port.postMessage({ id, fault: { code, message, facts } } satisfies ThreadAnswer)
    }
  })
}

if (!isMainThread && parentPort && typeof workerData?.publish_kept_dir === 'string') {
  serve(workerData.publish_kept_dir, parentPort)
}
