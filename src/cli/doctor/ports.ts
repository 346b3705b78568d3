/** Are the ports that we listen on ours? */
import {
  type Check,
  critical,
  type Finding,
  isAnalytics,
  isPolicyServer,
  ok,
  type Patient,
} from './finding.ts'
import { canListen, placeOf, probe } from './probe.ts'

export const ports: Check = async (patient) => {
  const wanted = listeners(patient)
  const found = await Promise.all(
    wanted.map(([name, address]) =>
      patient.status ? answers(name, address, patient.signal) : isFree(name, address),
    ),
  )
  const wrong = found.flat()
  if (wrong.length > 0) return wrong
  const state = patient.status ? 'we listen on' : 'free to listen on:'
  return [ok(`${state} ${wanted.map(([, address]) => address).join(', ')}`)]
}

function listeners(patient: Patient): (readonly [name: string, address: string])[] {
  const { edge, analytics, cluster, policy } = patient.settings
  return [
    ...edge.listen.map(({ address }) => ['edge.listen', address] as const),
    ['edge.admin', edge.admin],
    ...(isAnalytics(patient) ? [['analytics.listen', analytics.listen] as const] : []),
    ...(isPolicyServer(patient)
      ? [['cluster.listen', cluster.listen] as const, ['policy.listen', policy.listen] as const]
      : []),
  ]
}

async function answers(name: string, address: string, signal: AbortSignal): Promise<Finding[]> {
  const why = await probe(placeOf(address), signal)
  if (why === undefined) return []
  return [
    critical(`nothing of ours answers on ${address} (${name}): ${why}`, {
      why: 'Gatehouse runs, but this part of it cannot be reached',
      fix: 'after a change of addresses Gatehouse must be stopped and started; the log has the reason',
    }),
  ]
}

async function isFree(name: string, address: string): Promise<Finding[]> {
  const code = await canListen(address)
  if (code === undefined) return []
  const { port } = placeOf(address)
  const fixes: Readonly<Record<string, string>> = {
    EADDRINUSE: `ss -ltnp 'sport = :${port}' shows who has it; stop that, or change ${name}`,
    EACCES:
      'ports below 1024 are for root: use the service, or sysctl net.ipv4.ip_unprivileged_port_start',
    EADDRNOTAVAIL: `no interface has this address; change ${name}`,
  }
  return [
    critical(`${address} (${name}) cannot be listened on: ${code}`, {
      why: 'Gatehouse will not start',
      fix: fixes[code] ?? `change ${name} in the settings`,
    }),
  ]
}
