/** The thread that policies are compiled in, so that no rule set stops the event loop of the office. */
import { isMainThread, parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '#base/clock.ts'
import { Fault } from '#base/fault.ts'
import {
  packedAnswer,
  type ThreadAnswer,
  type ThreadQuestion,
  unpackedQuestion,
} from './messages.ts'
import { workbench } from './workbench.ts'

function serve(kept_dir: string, port: NonNullable<typeof parentPort>): void {
  const bench = workbench({ kept_dir }, systemClock)
  port.on('message', (asked: ThreadQuestion) => {
    const { id } = asked
    try {
      const question = unpackedQuestion(asked)
      port.postMessage(packedAnswer(id, question, bench.answer(question)))
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
