import { honest_lists, honest_templates } from './honest.data.ts'
import type { Random } from './random.support.ts'

function fill(r: Random, template: string): string {
  const text = template.replace(/\{([a-z]+)\}/g, (whole, list: string) => {
    const words = honest_lists[list]
    return words === undefined ? whole : r.pick(words)
  })
  return Buffer.from(text, 'utf8').toString('latin1')
}

function letters(r: Random, alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet[r.below(alphabet.length)]).join('')
}

const base64_letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const hex_letters = '0123456789abcdef'

/** Honest values by family, as byte strings. */
export const honest: Readonly<Record<string, (random: Random) => string>> = {
  ...Object.fromEntries(
    Object.entries(honest_templates).map(([family, templates]) => [
      family,
      (r: Random) => fill(r, r.pick(templates)),
    ]),
  ),
  base64: (r) => letters(r, base64_letters, 8 + 4 * r.below(20)) + r.of('=|==|'),
  uuid: (r) => [8, 4, 4, 4, 12].map((length) => letters(r, hex_letters, length)).join('-'),
  token: (r) =>
    [20, 40, 30].map((n) => letters(r, `${base64_letters.slice(0, 62)}-_`, n)).join('.'),
  date: (r) =>
    `${2000 + r.below(30)}-${1 + r.below(12)}-${1 + r.below(28)}${r.pick(['', 'T10:00:00Z', ' 10:30', ' 12:00:00+01:00', ' - 2030-01-01'])}`,
  phone: (r) =>
    `${r.of('+|00|')}${letters(r, '123456789', 2)}${r.pick([' ', '-', '/', ' (0)', '.'])}${letters(r, '0123456789', 3)}${r.pick([' ', '-', ''])}${letters(r, '0123456789', 5)}${r.pick(['', ' or ', '; ', ' -'])}${letters(r, '0123456789', 3)}`,
  punctuation: (r) => letters(r, "abc 12'.,-!?", 3 + r.below(20)),
}
