/** Words of the command line about policies: revisions, counts, and names that others chose. */
import { cliFaults } from './faults.ts'

/** @throws cli.usage */
export function revisionOf(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw cliFaults.usage({
    why: `Cannot use "${text}" as a revision: expected a number from gatehouse history`,
  })
}

/** @throws cli.usage */
export function countOf(option: string, text: string, max: number): number {
  const count = Number(text)
  if (Number.isInteger(count) && count >= 1 && count <= max) return count
  throw cliFaults.usage({ why: `Cannot use ${option} ${text}: expected 1 to ${max}` })
}

/** As one word of a shell, whatever somebody called it: people paste what we tell them to type. */
export function quoted(text: string): string {
  return `'${oneLine(text, 200).replaceAll("'", "'\\''")}'`
}

/** `1 change`, `2 changes`. */
export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}

/** Text that people or clients chose, in one line that does not steer the terminal. */
export function oneLine(text: string, length_max = 120): string {
  const clean = text.replaceAll(/\p{Cc}+/gu, ' ')
  return clean.length > length_max ? `${clean.slice(0, length_max - 1)}…` : clean
}
