/** What differs between two policies, as a terminal shows it. */
import type { PolicyChange, PolicyDiff } from '#model/draft.ts'
import type { Output } from './output.ts'
import { oneLine } from './policy-words.ts'

const signs = { added: '+', removed: '-', changed: '~' } as const

/** One line for each change, at most so many. */
export function printDiff(
  { changes }: PolicyDiff,
  { line, colors }: Pick<Output, 'line' | 'colors'>,
  lines_max = 200,
): void {
  const paint = { added: colors.green, removed: colors.red, changed: colors.yellow }
  for (const change of changes.slice(0, lines_max))
    line(paint[change.kind](oneLine(changeLine(change), 400)))
  const more = changes.length - lines_max
  if (more > 0) line(`  … and ${more} more (--json has them all)`)
}

/** `~ sites shop mode: "monitor" → "block"` */
function changeLine({ kind, section, name, field, before, after }: PolicyChange): string {
  const place = [section, name, field].filter((word) => word !== '').join(' ')
  const head = `${signs[kind]} ${place}`
  if (kind === 'changed') return `${head}: ${short(before)} → ${short(after)}`
  // Of a whole thing its name says enough.
  return field === '' ? head : `${head}: ${short(kind === 'added' ? after : before)}`
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? ''
  return text.length > 120 ? `${text.slice(0, 119)}…` : text
}
