/** What a check found, as a terminal shows it. */
import type { CheckResult } from '#model/draft.ts'
import type { Output } from './output.ts'
import type { ReadPolicy } from './policy-file.ts'
import { oneLine } from './policy-words.ts'

const findings_shown_max = 50

/** Findings, failed tests among them, on standard error, at their place in the file when there is one. */
export function tellFindings(
  check: CheckResult,
  output: Output,
  file?: Pick<ReadPolicy, 'problemAt'>,
): void {
  for (const { severity, path, message } of check.findings.slice(0, findings_shown_max)) {
    output.note(`${severity}: ${placeOf(path, file)}${oneLine(message, 500)}`)
  }
  const more = check.findings.length - findings_shown_max
  if (more > 0) output.note(`… and ${more} more (--json has them all)`)
}

/** `ok: 642 rules of OWASP_CRS/3.3.4, 12 of 12 tests passed, 0.9 s` */
export function checkLine({ is_good, rules, rule_set, tests, took_ms }: CheckResult): string {
  const passed = tests.filter((one) => one.passed).length
  const of_tests = tests.length > 0 ? `, ${passed} of ${tests.length} tests passed` : ''
  return `${is_good ? 'ok' : 'not good'}: ${rules} rules of ${rule_set}${of_tests}, ${(took_ms / 1000).toFixed(1)} s`
}

function placeOf(path: string, file: Pick<ReadPolicy, 'problemAt'> | undefined): string {
  if (path === '') return ''
  if (!file) return `${path}: `
  const { file: name, line, column } = file.problemAt(path, '')
  return `${name}:${line}:${column}: ${path}: `
}
