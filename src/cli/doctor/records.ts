/** Do records of attacks and traffic get where they belong? */
import { type Check, critical, type Finding, ok, warning } from './finding.ts'

/** More than a busy node gathers between two deliveries. */
const waiting_max = 10_000

export const records: Check = async ({ status }) => {
  if (!status) return []
  const { lost, deferred, delivery_trouble } = status
  const found: Finding[] = []
  if (lost > 0) {
    found.push(
      critical(`${lost} records were lost since the start`, {
        why: 'the spool was full or could not be written: some attacks are not in the console',
        fix: 'look at disk and analytics; edge.spool_size_max says how much is kept meanwhile',
      }),
    )
  }
  if (delivery_trouble !== null) {
    const why = `${deferred} records wait in the spool; nothing is lost while it has room`
    const fix = 'bring analytics in reach (port 3313); it must be of the same version or newer'
    found.push(warning(delivery_trouble, { why, fix }))
  } else if (deferred > waiting_max) {
    const why = 'analytics takes them more slowly than they come'
    const fix = 'look again in a minute; if the number grows, look at the database’s load'
    found.push(warning(`${deferred} records wait for analytics`, { why, fix }))
  }
  return found.length > 0 ? found : [ok(`${deferred} records wait, none was lost`)]
}
