/** Commits in the name of who calls, and what they may name. */
import type { FolderTrust } from '#parts/enforcement/check.ts'
import type { Call, Desk } from '../handler.ts'
import type { By } from '../publish/publish.ts'
import { isRecord } from '../publish/things.ts'
import { actorName } from '../recorder.ts'

export function byCaller(desk: Desk, call: Call): By {
  return {
    author: actorName(call.who),
    keep: (note, change) => desk.recordWith(call, note, change),
  }
}

/** The rule set in force was decided by others; another folder of this machine only administrators name, and none is quoted. */
export function folderFor({ who }: Call, head: unknown, document: unknown): FolderTrust {
  const set = setOf(document)
  if (set !== undefined && set === setOf(head)) return 'trusted'
  return who?.role === 'administrator' ? 'unquoted' : 'refused'
}

function setOf(document: unknown): unknown {
  const rules = isRecord(document) ? document['rules'] : undefined
  return isRecord(rules) ? rules['set'] : undefined
}
