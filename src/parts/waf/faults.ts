import { faults } from '#base/fault.ts'
import type { Place } from '#parts/seclang/tree.ts'

type At = Place & { readonly [fact: string]: string | number }

const at = (f: Place) => `Cannot load rules at ${f.file}:${f.line}:${f.column}`

/** " (did you mean …)" or nothing. */
const hint = (suggestion: string) => (suggestion === '' ? '' : `, did you mean "${suggestion}"`)

/** Everything that keeps a rule set from loading, beyond its grammar (`seclang.*`). */
export const wafFaults = faults('waf', {
  unknown_name: (f: At & { kind: string; name: string; suggestion: string }) =>
    `${at(f)}: there is no ${f.kind} "${f.name}"${hint(f.suggestion)}`,
  unsupported: (f: At & { kind: string; name: string; reason: string }) =>
    `${at(f)}: the ${f.kind} "${f.name}" is not supported, ${f.reason}`,
  missing_argument: (f: At & { kind: string; name: string }) =>
    `${at(f)}: the ${f.kind} "${f.name}" needs an argument`,
  bad_argument: (f: At & { kind: string; name: string; value: string; expected: string }) =>
    `${at(f)}: the ${f.kind} "${f.name}" takes ${f.expected}, found "${f.value}"`,
  bad_pattern: (f: At & { pattern: string; reason: string }) => `${at(f)}: ${f.reason}`,
  missing_data_file: (f: At & { path: string }) =>
    `${at(f)}: the data file "${f.path}" is not there or lies outside the rule set's folder`,
  missing_id: (f: At) => `${at(f)}: the rule has no id`,
  duplicate_id: (f: At & { id: number; first_file: string; first_line: number }) =>
    `${at(f)}: the id ${f.id} is taken by the rule at ${f.first_file}:${f.first_line}`,
  open_chain: (f: At & { id: number }) =>
    `${at(f)}: the rule ${f.id} says "chain", but no rule follows that could end the chain`,
  misplaced_action: (f: At & { name: string; reason: string }) =>
    `${at(f)}: the action "${f.name}" cannot stand here, ${f.reason}`,
  unknown_marker: (f: At & { label: string; suggestion: string }) =>
    `${at(f)}: no marker "${f.label}" follows${hint(f.suggestion)}`,
  unknown_rule: (f: At & { id: string }) => `${at(f)}: there is no rule with the id ${f.id}`,
})
