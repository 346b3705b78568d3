/** The node's counters for Prometheus (INTERFACES.md, section 3). */
import type { Metrics } from '#base/metrics.ts'
import type { NodeStatus } from '#model/node.ts'
import { inspectBounds_us } from '#model/traffic.ts'
import { addCounters, type SiteCounters, siteCounters } from '../counters.ts'
import type { Sums } from './totals.ts'

export type Exposition = {
  /** Brings every metric up to these sums. */
  update(sums: Sums, status: NodeStatus): void
  text(): Promise<string>
}

export function exposition(metrics: Metrics): Exposition {
  const site = ['site']
  const requests = metrics.counter('requests_total', 'Requests by outcome', [
    'plane',
    'site',
    'action',
  ])
  const hits = metrics.counter('attacks_total', 'Hits by attack type', ['type', 'action'])
  const faults = metrics.counter('edge_faults_total', 'Requests the engine failed on', site)
  const overlimits = metrics.counter('edge_overlimits_total', 'Requests over the time limit', site)
  const upstream_errors = metrics.counter(
    'edge_upstream_errors_total',
    'Failed tries at upstreams',
    site,
  )
  const bytes = metrics.counter('edge_body_bytes_total', 'Bytes of bodies', ['site', 'direction'])
  const lost = metrics.counter('edge_records_lost_total', 'Records that could not be kept')
  const turned_away = metrics.counter(
    'edge_turned_away_total',
    'Connections closed before a request',
    ['reason'],
  )
  const deferred = metrics.gauge('edge_records_deferred', 'Records that wait in the spool')
  const connections = metrics.gauge('edge_connections', 'Open client connections')
  const held = metrics.gauge('edge_held_bytes', 'Bodies held for inspection')
  const workers = metrics.gauge('edge_workers', 'Workers by state', ['state'])
  const rss = metrics.gauge('edge_worker_rss_bytes', 'Resident memory', ['index'])
  const up = metrics.gauge('edge_upstream_up', 'Whether an upstream is used', ['site', 'upstream'])
  const build = metrics.gauge('build_info', 'Version and policy in force', [
    'version',
    'rule_set',
    'bundle',
  ])
  const told = new Map<string, number>()
  let all = siteCounters()

  /** Counters only take steps: the step since the last time. */
  const step = (key: string, now: number): number => {
    const since = now - (told.get(key) ?? 0)
    if (since > 0) told.set(key, now)
    return Math.max(0, since)
  }
  const ofSite = (name: string, c: SiteCounters): void => {
    const allowed = c.requests - c.blocked - c.abnormal
    for (const [action, count] of [
      ['allowed', allowed],
      ['blocked', c.blocked],
      ['refused', c.abnormal],
    ] as const)
      requests.add(step(`r ${name} ${action}`, count), { plane: 'edge', site: name, action })
    faults.add(step(`f ${name}`, c.faults), { site: name })
    overlimits.add(step(`o ${name}`, c.overlimits_time), { site: name })
    upstream_errors.add(step(`u ${name}`, c.upstream_errors), { site: name })
    bytes.add(step(`i ${name}`, c.bytes_in), { site: name, direction: 'in' })
    bytes.add(step(`b ${name}`, c.bytes_out), { site: name, direction: 'out' })
  }
  return {
    update(sums, status) {
      all = siteCounters()
      for (const [name, counters] of sums.sites) {
        ofSite(name, counters)
        addCounters(all, counters)
      }
      for (const [key, count] of sums.hits) {
        const [type = '', action = ''] = key.split('/')
        hits.add(step(`h ${key}`, count), { type, action })
      }
      for (const reason of ['connections', 'proxy_header', 'tls'] as const)
        turned_away.add(step(`t ${reason}`, sums.turned_away[reason]), { reason })
      lost.add(step('lost', status.lost))
      deferred.set(status.deferred)
      connections.set(sums.connections)
      held.set(sums.held_bytes)
      for (const state of ['starting', 'ready', 'draining'] as const)
        workers.set(status.workers.filter((w) => w.state === state).length, { state })
      for (const worker of status.workers)
        rss.set(worker.rss_bytes, { index: String(worker.index) })
      for (const server of status.upstreams)
        up.set(server.is_up ? 1 : 0, { site: server.site, upstream: server.url })
      build.set(1, { version: status.version, rule_set: status.rule_set, bundle: status.bundle })
    },
    text: async () => `${await metrics.text()}${histogram(all)}`,
  }
}

/** Workers count in buckets already; a client library would want every single value. */
function histogram(all: SiteCounters): string {
  const name = 'gatehouse_edge_inspect_seconds'
  const lines = [
    `# HELP ${name} Time that inspection added to a request`,
    `# TYPE ${name} histogram`,
  ]
  let sum = 0
  all.inspect_us_buckets.forEach((count, i) => {
    sum += count
    const bound = inspectBounds_us[i]
    lines.push(`${name}_bucket{le="${bound === undefined ? '+Inf' : bound / 1e6}"} ${sum}`)
  })
  lines.push(`${name}_sum ${all.inspect_us_sum / 1e6}`, `${name}_count ${sum}`)
  return `${lines.join('\n')}\n`
}
