/** Is the clock right? Certificates, expiries and the order of events hang on it. */
import { exec } from '#parts/host/exec.ts'
import { type Check, critical, type Finding, ok, warning } from './finding.ts'

const skew_ms = { warning: 2_000, critical: 60_000 }
const fix = 'timedatectl set-ntp true, or chronyd; gatehouse doctor shows when it is right'

export const clock: Check = async ({ nodes, identity, signal }) => {
  const found: Finding[] = []
  const own = nodes.find((node) => node.id === identity?.node_id)
  const off_ms = own?.clock_skew_ms ?? 0
  const sentence = `the clock is ${(Math.abs(off_ms) / 1000).toFixed(1)} s ${off_ms < 0 ? 'behind' : 'ahead of'} the policy server’s`
  if (Math.abs(off_ms) >= skew_ms.critical) {
    const why =
      'certificates and bans begin and end at the wrong time; new certificates may not be taken'
    found.push(critical(sentence, { why, fix }))
  } else if (Math.abs(off_ms) >= skew_ms.warning) {
    const why = 'events of several nodes are hard to put in order'
    found.push(warning(sentence, { why, fix }))
  }
  if ((await isSynchronised(signal)) === false) {
    const why = 'nothing keeps this clock right; it will drift'
    found.push(warning('the system says that its clock is not synchronised', { why, fix }))
  }
  if (found.length > 0) return found
  return [ok(own ? `${off_ms} ms off the policy server’s clock` : 'no reason to doubt the clock')]
}

/** Undefined where nobody can tell: no systemd, a container. */
async function isSynchronised(signal: AbortSignal): Promise<boolean | undefined> {
  try {
    const argv = ['timedatectl', 'show', '--property=NTPSynchronized', '--value']
    const { status, stdout } = await exec(argv, { timeout_ms: 2000, signal })
    const answer = stdout.trim()
    return status === 0 && (answer === 'yes' || answer === 'no') ? answer === 'yes' : undefined
  } catch {
    return undefined
  }
}
