/** The counters of `GET /gatehouse-status` (FEATURES.md, section 1.1). */
import type { NodeStatus } from '#model/node.ts'
import { addCounters, noSite, siteCounters } from '../counters.ts'
import type { KeeperContext } from '../keeper.ts'
import type { Courier } from './courier.ts'
import type { Sums } from './totals.ts'

export function nodeStatus(
  context: KeeperContext,
  sums: Sums,
  courier: Courier,
  now_ms: number,
  started_ms: number,
): NodeStatus {
  const facts = context.facts()
  const all = siteCounters()
  for (const counters of sums.sites.values()) addCounters(all, counters)
  return {
    node: context.node,
    version: context.version,
    startid: context.startid,
    timestamp: new Date(now_ms).toISOString(),
    started_at: new Date(started_ms).toISOString(),
    requests: all.requests,
    attacks: all.attacks,
    blocked: all.blocked,
    below_threshold: all.below_threshold,
    abnormal: all.abnormal,
    faults: all.faults,
    overlimits_time: all.overlimits_time,
    deferred: courier.depth(),
    lost: sums.lost + courier.lost,
    time_detect: all.inspect_us_sum / 1e6,
    bytes_in: all.bytes_in,
    bytes_out: all.bytes_out,
    upstream_errors: all.upstream_errors,
    bundle: facts.bundle,
    revision: facts.revision,
    lists_revision: facts.lists_revision,
    agent: facts.agent,
    delivery_trouble: courier.trouble ?? null,
    last_reload: facts.last_reload,
    rule_set: facts.rule_set,
    rules: facts.rules,
    bundle_applied_at: new Date(facts.applied_at_ms).toISOString(),
    workers: [...facts.workers],
    upstreams: [...sums.upstreams],
    split: [...sums.sites]
      .filter(([site]) => site !== noSite)
      .map(([site, counters]) => ({
        site,
        requests: counters.requests,
        attacks: counters.attacks,
        blocked: counters.blocked,
        time_detect: counters.inspect_us_sum / 1e6,
      })),
  }
}
