/** What the activity log says of a commit. */
import { bundleName, type SignedBundle } from '#model/bundle.ts'
import type { PolicyChange } from '#model/draft.ts'
import { contentOf } from '#parts/bundle/bundle.ts'
import type { StoredCommit } from '#parts/records/commits.ts'
import type { Note } from '../handler.ts'
import { isSame } from './things.ts'
import type { Files } from './workbench.ts'

/** The log takes 16 KiB; the commit itself has everything. */
const changes_max = 40
const value_max = 100

export function noteOf(
  action: 'commit' | 'rollback',
  { bundle, changes: things }: StoredCommit,
  changes: readonly PolicyChange[],
): Note {
  return {
    action: `policy.${action}`,
    subject: `revision ${bundle.head.revision}`,
    details: {
      bundle: bundleName(bundle),
      note: bundle.head.message.slice(0, 500),
      things,
      changes: changes.slice(0, changes_max).map(sentenceOf),
      changes_left_out: Math.max(0, changes.length - changes_max),
    },
  }
}

/** `sites shop mode: "monitor" → "block"` */
function sentenceOf({ kind, section, name, field, before, after }: PolicyChange): string {
  const what = [section, name, field]
    .filter((word) => word !== '')
    .join(' ')
    .slice(0, 160)
  return kind === 'changed' ? `${what}: ${short(before)} → ${short(after)}` : `${what}: ${kind}`
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? ''
  return text.length > value_max ? `${text.slice(0, value_max)}…` : text
}

/** Whether all files but the policy itself are those of the bundle: the rules on disk may have changed. */
export function hasSameRules(bundle: SignedBundle, files: Files): boolean {
  const rules = (list: SignedBundle['head']['files']) =>
    list.filter((file) => file.path !== 'policy.json')
  return isSame(rules(bundle.head.files), rules(contentOf(files).files))
}
