/** Commits in the name of who calls. */
import type { Call, Desk } from '../handler.ts'
import type { By } from '../publish/publish.ts'
import { actorName } from '../recorder.ts'

export function byCaller(desk: Desk, call: Call): By {
  return {
    author: actorName(call.who),
    keep: (note, change) => desk.recordWith(call, note, change),
  }
}
