/** Sites as they are set and as they are now. */
import type { NodeStatus, UpstreamState } from '#model/node.ts'
import type { Site } from '#model/site.ts'
import type { SiteView } from '#model/site-view.ts'
import { listNodes } from '#parts/records/nodes.ts'
import { siteTotals } from '#parts/records/traffic.ts'
import type { Handler } from '../handler.ts'
import { stale_ms } from '../health.ts'
import { closedSpan } from './time-range.ts'

type Totals = { readonly requests: number; readonly attacks: number; readonly blocked: number }

export const listSites: Handler<'GET /api/v1/sites'> = async (_input, desk) => {
  const now_ms = desk.clock.now()
  const totals = await siteTotals(desk.database, closedSpan({}, now_ms))
  const nodes = await listNodes(desk.database)
  const fresh = nodes.filter((node) => now_ms - Date.parse(node.timestamp) <= stale_ms)
  const bySite = new Map<string, Totals>(totals.map((row) => [row.site, row]))
  return { sites: desk.sites().map((site) => siteView(site, fresh, bySite.get(site.name))) }
}

/** Pure. `nodes` are those whose word still counts. */
export function siteView(
  site: Site,
  nodes: readonly NodeStatus[],
  totals: Totals = { requests: 0, attacks: 0, blocked: 0 },
): SiteView {
  return {
    name: site.name,
    hosts: [...site.hosts],
    path: site.path,
    mode: site.mode,
    on_fault: site.on_fault,
    block_status: site.block_status,
    inspect_responses: site.inspect_responses,
    upstreams: site.upstreams.map((upstream) => upstreamState(site.name, upstream, nodes)),
    requests: totals.requests,
    attacks: totals.attacks,
    blocked: totals.blocked,
    rule_set: nodes[0]?.rule_set ?? '',
  }
}

/** Up until a node says otherwise: that is what passive marking means. */
function upstreamState(
  site: string,
  upstream: Site['upstreams'][number],
  nodes: readonly NodeStatus[],
): UpstreamState {
  const told = nodes.flatMap((node) =>
    node.upstreams.filter((state) => state.site === site && state.url === upstream.url),
  )
  return {
    site,
    url: upstream.url,
    is_up: told.every((state) => state.is_up),
    is_backup: upstream.backup,
    fails: told.reduce((sum, state) => sum + state.fails, 0),
  }
}
