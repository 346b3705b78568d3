/** ★ The doctor: every check there is, run at once, each within the same few seconds. */
import { type Clock, systemClock } from '#base/clock.ts'
import { messageOf } from '#base/fault.ts'
import { certificates } from './doctor/certificates.ts'
import { clock } from './doctor/clock.ts'
import { cluster } from './doctor/cluster.ts'
import { database } from './doctor/database.ts'
import { disk } from './doctor/disk.ts'
import { type Check, critical, type Finding, type Patient, warning } from './doctor/finding.ts'
import { limits } from './doctor/limits.ts'
import { peers } from './doctor/peers.ts'
import { policy } from './doctor/policy.ts'
import { ports } from './doctor/ports.ts'
import { records } from './doctor/records.ts'
import { rules } from './doctor/rules.ts'
import { running } from './doctor/running.ts'
import { secrets } from './doctor/secrets.ts'
import { settings } from './doctor/settings.ts'
import { upstreams } from './doctor/upstreams.ts'

/** In the order in which they are told. */
export const checks = {
  settings,
  running,
  policy,
  cluster,
  peers,
  clock,
  ports,
  certificates,
  secrets,
  disk,
  limits,
  database,
  records,
  rules,
  upstreams,
} as const satisfies Readonly<Record<string, Check>>

export type Told = Finding & { readonly check: string }

/** All findings, in the order of the table. A check that fails or takes too long is a finding too. */
export async function examine(
  patient: Omit<Patient, 'signal'>,
  table: Readonly<Record<string, Check>> = checks,
  { timeout_ms, clock = systemClock }: { readonly timeout_ms: number; readonly clock?: Clock } = {
    timeout_ms: 5000,
  },
): Promise<Told[]> {
  const end = new AbortController()
  const { signal } = end
  const time_up = new Promise<'late'>((resolve) => {
    clock.after(timeout_ms, () => {
      end.abort()
      resolve('late')
    })
  })
  const all = await Promise.all(
    Object.entries(table).map(async ([name, check]): Promise<Told[]> => {
      const found = await Promise.race([findingsOf(check, { ...patient, signal }), time_up])
      const late = warning(`this check was not over after ${timeout_ms / 1000} s`, {
        fix: 'look whether name server, disk or network answer slowly, then run gatehouse doctor again',
      })
      return (found === 'late' ? [late] : found).map((finding) => ({ check: name, ...finding }))
    }),
  )
  end.abort()
  return all.flat()
}

async function findingsOf(check: Check, patient: Patient): Promise<readonly Finding[]> {
  try {
    return await check(patient)
  } catch (error) {
    return [critical(`this check failed: ${messageOf(error)}`, {})]
  }
}
