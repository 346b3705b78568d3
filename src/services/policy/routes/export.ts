/** Attacks as text for other programs: CSV (RFC 4180) that a spreadsheet cannot mistake for formulas, or JSON lines. */
import type { Attack } from '#model/attack.ts'

const columns = [
  'id',
  'attack_type',
  'parameter',
  'target',
  'site',
  'first_at',
  'last_at',
  'hits',
  'blocked',
  'clients',
  'client',
  'node',
  'score_max',
  'rule_ids',
  'value',
  'reason',
  'last_hit_id',
] as const satisfies readonly (keyof Attack)[]

/** Characters per chunk: enough that a chunk costs less than what is in it. */
const chunk_min = 32 * 1024

export async function* attackTable(attacks: AsyncIterable<Attack>): AsyncGenerator<string> {
  yield* chunked(attacks, `${columns.join(',')}\r\n`, (attack) => {
    const row = columns.map((column) => cell(attack[column]))
    return `${row.join(',')}\r\n`
  })
}

export async function* attackLines(attacks: AsyncIterable<Attack>): AsyncGenerator<string> {
  yield* chunked(attacks, '', (attack) => `${JSON.stringify(attack)}\n`)
}

async function* chunked(
  attacks: AsyncIterable<Attack>,
  head: string,
  line: (attack: Attack) => string,
): AsyncGenerator<string> {
  let text = head
  for await (const attack of attacks) {
    text += line(attack)
    if (text.length < chunk_min) continue
    yield text
    text = ''
  }
  if (text !== '') yield text
}

/**
 * One cell. Text that starts like a formula gets an apostrophe before it, which spreadsheets take as "this is text";
 * also after spaces and quotes, which some of them skip. Source: OWASP, CSV Injection.
 */
export function cell(value: string | number | readonly number[]): string {
  if (typeof value === 'number') return String(value)
  const text = typeof value === 'string' ? value : value.join(' ')
  const safe = /^[\s"']*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/.test(text) ? `'${text}` : text
  return /[",\r\n';]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
