/** Is the rule set there, and of our time? */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '#base/fault.ts'
import { ruleSetFiles } from '#parts/rulesets/resolve.ts'
import { type Check, critical, isPolicyServer, ok, span, warning } from './finding.ts'

/** Rule sets are released several times a year. */
const age_ms_max = 548 * 86_400_000

export const rules: Check = async (patient) => {
  const { settings, status, now_ms } = patient
  // Other nodes get their rules with the policy.
  if (!isPolicyServer(patient))
    return status ? [ok(`${status.rules} rules of ${status.rule_set}`)] : []
  const { set } = settings.rules
  const fix =
    'gatehouse rules add ARCHIVE of a newer release of OWASP CRS, then rules.set of the policy'
  try {
    const { sources } = ruleSetFiles(set, join(settings.state_dir, 'rules'))
    // The first is ours.
    const times = sources.slice(1).map(({ file }) => statSync(file).mtimeMs)
    const age_ms = now_ms - Math.max(0, ...times)
    const name = status?.rule_set ?? `the rule set "${set}"`
    if (age_ms > age_ms_max) {
      const why = 'attacks that became known since are not in it'
      return [warning(`${name} is ${span(age_ms)} old`, { why, fix })]
    }
    return [ok(`${name}, ${span(age_ms)} old`)]
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const why = 'without it no policy compiles, and Gatehouse does not start from the settings file'
    const install =
      'scripts/install-deps run installs the distribution’s, gatehouse rules add another'
    return [critical(error.message, { why, fix: install })]
  }
}
