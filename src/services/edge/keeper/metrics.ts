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
  const step = stepper()
  const ofSites = siteMetrics(metrics, step)
  const ofNode = nodeMetrics(metrics, step)
  let all = siteCounters()
  return {
    update(sums, status) {
      all = siteCounters()
      for (const [name, counters] of sums.sites) {
        ofSites(name, counters)
        addCounters(all, counters)
      }
      ofNode(sums, status)
    },
    text: async () => `${await metrics.text()}${histogram(all)}`,
  }
}

/** Counters only take steps: how far `now` is beyond what was last told under `key`. */
type Step = (key: string, now: number) => number

function stepper(): Step {
  const told = new Map<string, number>()
  return (key, now) => {
    const since = now - (told.get(key) ?? 0)
    if (since > 0) told.set(key, now)
    return Math.max(0, since)
  }
}

function siteMetrics(metrics: Metrics, step: Step): (name: string, c: SiteCounters) => void {
  const of = ['site']
  const requests = metrics.counter('requests_total', 'Requests by outcome', [
    'plane',
    'site',
    'action',
  ])
  const faults = metrics.counter('edge_faults_total', 'Requests the engine failed on', of)
  const overlimits = metrics.counter('edge_overlimits_total', 'Requests over the time limit', of)
  const errors = metrics.counter('edge_upstream_errors_total', 'Failed tries at upstreams', of)
  const below = metrics.counter('edge_below_threshold_total', 'Rules matched, no attack', of)
  const bytes = metrics.counter('edge_body_bytes_total', 'Bytes of bodies', ['site', 'direction'])
  return (site, c) => {
    const actions = {
      allowed: c.requests - c.blocked - c.abnormal,
      blocked: c.blocked,
      refused: c.abnormal,
    }
    for (const [action, count] of Object.entries(actions))
      requests.add(step(`requests ${site} ${action}`, count), { plane: 'edge', site, action })
    faults.add(step(`faults ${site}`, c.faults), { site })
    overlimits.add(step(`overlimits ${site}`, c.overlimits_time), { site })
    below.add(step(`below ${site}`, c.below_threshold), { site })
    errors.add(step(`errors ${site}`, c.upstream_errors), { site })
    bytes.add(step(`in ${site}`, c.bytes_in), { site, direction: 'in' })
    bytes.add(step(`out ${site}`, c.bytes_out), { site, direction: 'out' })
  }
}

function nodeMetrics(metrics: Metrics, step: Step): (sums: Sums, status: NodeStatus) => void {
  const hits = metrics.counter('attacks_total', 'Hits by attack type', ['type', 'action'])
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
  const revision = metrics.gauge('edge_policy_revision', 'Revision of the policy in force')
  const lists = metrics.gauge('edge_lists_revision', 'Revision of the IP lists in force')
  const rss = metrics.gauge('edge_worker_rss_bytes', 'Resident memory', ['index'])
  const up = metrics.gauge('edge_upstream_up', 'Whether an upstream is used', ['site', 'upstream'])
  const build = metrics.gauge('build_info', 'Version and policy', ['version', 'rule_set', 'bundle'])
  return (sums, status) => {
    for (const [key, count] of sums.hits) {
      const [type = '', action = ''] = key.split('/')
      hits.add(step(`hits ${key}`, count), { type, action })
    }
    for (const [reason, count] of Object.entries(sums.turned_away))
      turned_away.add(step(`turned away ${reason}`, count), { reason })
    lost.add(step('lost', status.lost))
    deferred.set(status.deferred)
    revision.set(status.revision)
    lists.set(status.lists_revision)
    connections.set(sums.connections)
    held.set(sums.held_bytes)
    for (const state of ['starting', 'ready', 'draining'] as const)
      workers.set(status.workers.filter((worker) => worker.state === state).length, { state })
    for (const worker of status.workers) rss.set(worker.rss_bytes, { index: String(worker.index) })
    for (const { site, url, is_up } of status.upstreams)
      up.set(is_up ? 1 : 0, { site, upstream: url })
    const { version, rule_set, bundle } = status
    build.set(1, { version, rule_set, bundle })
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
