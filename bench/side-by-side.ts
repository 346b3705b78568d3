/**
 * CPU microseconds per request of nginx with libmodsecurity 3 and of Gatehouse: same rules, same requests, same origin,
 * turn by turn in one run. All processes of each side are counted; the origin and the load generator are not.
 */
import { drive, statusOf } from './load-generator.ts'
import { attackLoads, crsDir, readLoads, timedLoads } from './loads.ts'
import { gatehouse } from './peers/gatehouse.ts'
import { modsecurityProxy, originServer } from './peers/nginx.ts'
import { cpu_us } from './process-cost.ts'

export type Row = {
  readonly load: string
  readonly nginx_us: number
  readonly gatehouse_us: number
  /** nginx / gatehouse, median of the rounds. */
  readonly ratio: number
}

const rounds = 3

/** Throws when a side lets an attack through or refuses an honest request: a comparison of nothing. */
export async function sideBySide(dir: string, seconds = 3): Promise<Row[]> {
  const loads = readLoads()
  const crs = crsDir()
  using origin = await originServer(dir, 18_100)
  using peer = await modsecurityProxy(dir, 18_110, origin.port, crs)
  await using ours = await gatehouse(dir, 18_120, origin.port, crs)
  const sides = [
    { name: 'nginx', port: peer.port, pids: () => [peer.pid] },
    { name: 'gatehouse', port: ours.port, pids: () => ours.pids() },
  ] as const
  for (const side of sides) {
    for (const [names, expected] of [
      [attackLoads, 403],
      [timedLoads, 200],
    ] as const) {
      for (const name of names) {
        const load = loads[name]
        const status = load ? await statusOf(side.port, load) : 0
        if (status !== expected)
          throw new Error(`${side.name} answered ${name} with ${status}, expected ${expected}`)
      }
    }
  }
  const rows: Row[] = []
  for (const name of timedLoads) {
    const load = loads[name]
    if (!load) throw new Error(`no load "${name}"`)
    const costs: Record<string, number[]> = { nginx: [], gatehouse: [] }
    for (const side of sides) await drive(dir, side.port, load, 2)
    for (let round = 0; round < rounds; round++) {
      for (const side of sides) {
        const before = total(side.pids())
        const counted = await drive(dir, side.port, load, seconds)
        if (counted.bad > 0)
          throw new Error(`${side.name} failed ${counted.bad} requests of ${name}`)
        costs[side.name]?.push((total(side.pids()) - before) / counted.requests)
      }
    }
    const nginx = costs['nginx'] ?? []
    const own = costs['gatehouse'] ?? []
    rows.push({
      load: name,
      nginx_us: median(nginx),
      gatehouse_us: median(own),
      ratio: median(nginx.map((us, i) => us / (own[i] ?? Number.NaN))),
    })
  }
  return rows
}

function total(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + cpu_us(pid), 0)
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
