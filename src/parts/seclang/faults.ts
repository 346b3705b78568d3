import { faults } from '#base/fault.ts'
import type { Place } from './tree.ts'

type At = Place & { readonly [fact: string]: string | number }

const at = (f: Place) => `${f.file}:${f.line}:${f.column}`

/** " (did you mean …)" or nothing. */
const hint = (suggestion: string) => (suggestion === '' ? '' : `, did you mean "${suggestion}"`)

export const seclangFaults = faults('seclang', {
  unknown_directive: (f: At & { name: string; suggestion: string }) =>
    `Cannot read rules at ${at(f)}: there is no directive "${f.name}"${hint(f.suggestion)}`,
  unsupported_directive: (f: At & { name: string; reason: string }) =>
    `Cannot read rules at ${at(f)}: ${f.name} is not supported, ${f.reason}`,
  unterminated_quote: (f: At & { quote: string }) =>
    `Cannot read rules at ${at(f)}: the quote ${f.quote} is never closed`,
  wrong_word_count: (f: At & { name: string; expected: string; found: number }) =>
    `Cannot read rules at ${at(f)}: ${f.name} takes ${f.expected}, found ${f.found}`,
  bad_target: (f: At & { reason: string }) => `Cannot read rules at ${at(f)}: ${f.reason}`,
  bad_operator: (f: At & { reason: string }) => `Cannot read rules at ${at(f)}: ${f.reason}`,
  bad_action: (f: At & { reason: string }) => `Cannot read rules at ${at(f)}: ${f.reason}`,
  bad_value: (f: At & { name: string; value: string; expected: string }) =>
    `Cannot read rules at ${at(f)}: ${f.name} takes ${f.expected}, found "${f.value}"`,
  include_not_found: (f: At & { pattern: string }) =>
    `Cannot read rules at ${at(f)}: nothing to include at "${f.pattern}"`,
  include_too_deep: (f: At & { pattern: string }) =>
    `Cannot read rules at ${at(f)}: including "${f.pattern}" goes more than 16 files deep`,
})
