/**
 * The edge: one worker that listens, inspects, relays, counts, and keeps what it finds in its own
 * spool.
 */
import { type AddressSet, addressSet, networkRange } from '#base/address.ts'
import type { World } from '#base/service.ts'
import type { UpstreamState } from '#model/node.ts'
import type { Site } from '#model/site.ts'
import { bodyRoom } from '#parts/http/body.ts'
import { loadCertificates } from '#parts/http/certificates.ts'
import { type Listening, type ListenOptions, listen } from '#parts/http/listen.ts'
import { upstreamPool } from '#parts/http/pool.ts'
import { openSpool } from '#parts/spool/spool.ts'
import type { Ruleset } from '#parts/waf/ruleset.ts'
import type { Core, SiteDesk } from './core.ts'
import { noSite, siteCounters } from './counters.ts'
import { finish, proceed, serve } from './exchange.ts'
import { edgeFaults } from './faults.ts'
import { onMalformed } from './malformed.ts'
import { recorder } from './recorder.ts'
import type { WorkerReport } from './report.ts'
import type { EdgeSettings } from './settings.ts'
import { siteTable } from './sites.ts'

export type EdgePolicy = {
  readonly sites: readonly Site[]
  readonly ruleset: Ruleset
  /** Content hash of sites and rules. */
  readonly bundle: string
  /** Name of the rule set for people: `OWASP_CRS/4.28.0`. */
  readonly rule_set: string
}

export type WorkerContext = {
  readonly node: string
  readonly worker_id: string
  readonly spool_dir: string
  readonly policy: EdgePolicy
  /** Called once a second. */
  readonly report: (report: WorkerReport) => void
  /** Called after something was put into the spool. */
  readonly nudge: () => void
}

export type Edge = AsyncDisposable & {
  /** Stops accepting, lets what is under way end, cuts the rest after `limit_ms`. */
  drain(limit_ms: number): Promise<void>
  readonly addresses: readonly { readonly address: string; readonly port: number }[]
  /** What `report` would be told now. */
  report(): WorkerReport
}

/**
 * Resolves when it listens.
 *
 * @throws http.cannot_listen, http.no_certificate, http.bad_certificate,
 * http.cannot_read_certificate, edge.two_sites, edge.bad_trusted_proxy
 */
export async function startEdge(
  settings: EdgeSettings,
  context: WorkerContext,
  world: World,
): Promise<Edge> {
  await using rising = new AsyncDisposableStack()
  for (const network of settings.trusted_proxies)
    if (networkRange(network) === undefined) throw edgeFaults.bad_trusted_proxy({ network })
  const { policy } = context
  const spool = rising.use(
    openSpool(context.spool_dir, { size_bytes_max: settings.spool_size_max }),
  )
  const desks = policy.sites.map((site) => openDesk(site, settings, world, rising))
  const keeper = recorder(spool, context.nudge, world.clock, world.log)
  const turned_away = { connections: 0, proxy_header: 0, tls: 0 }
  const unrouted = siteCounters()
  let listening: Listening | undefined
  const core: Core = {
    world,
    settings,
    node: context.node,
    bundle: policy.bundle,
    rule_set: policy.rule_set,
    sites: siteTable(desks.map((desk) => ({ claim: desk.site, value: desk }))),
    ruleset: policy.ruleset,
    trusted: addressSet(settings.trusted_proxies),
    room: bodyRoom(settings.limits.buffered_bodies),
    recorder: keeper,
    unrouted,
    isDraining: () => listening?.is_draining === true,
    proceed,
    finish,
  }
  listening = await listen(
    listenOptions(settings, core.trusted),
    {
      onArrival: (arrival) => serve(core, arrival),
      onMalformed: (error, connection, socket) => onMalformed(core, error, connection, socket),
      onTurnedAway(reason) {
        turned_away[reason]++
      },
    },
    world,
  )
  const doors = rising.use(listening)
  const report = (): WorkerReport => ({
    worker_id: context.worker_id,
    pid: process.pid,
    bundle: policy.bundle,
    rss_bytes: process.memoryUsage.rss(),
    sites: Object.fromEntries([
      ...desks.map((desk) => [desk.site.name, desk.counters]),
      [noSite, unrouted],
    ]),
    turned_away,
    lost: keeper.lost,
    unrecorded: keeper.unrecorded,
    hits: keeper.counts,
    upstreams: desks.flatMap(upstreamStates),
    connections: doors.connections,
    held_bytes: core.room.taken,
  })
  rising.use(world.clock.every(1000, () => context.report(report())))
  const falling = rising.move()
  return {
    addresses: doors.addresses,
    report,
    async drain(limit_ms) {
      await doors.drain(limit_ms)
      context.report(report())
    },
    [Symbol.asyncDispose]: () => falling.disposeAsync(),
  }
}

function listenOptions(settings: EdgeSettings, trusted: AddressSet): ListenOptions {
  return {
    listeners: settings.listen,
    certificates: loadCertificates(settings.certificates),
    trusted,
    header_size_max: settings.limits.header_size,
    connections: settings.limits.connections,
    connections_per_client: settings.limits.connections_per_client,
    header_timeout_ms: settings.timeouts.header,
    idle_timeout_ms: settings.timeouts.idle,
  }
}

function openDesk(
  site: Site,
  settings: EdgeSettings,
  world: World,
  rising: AsyncDisposableStack,
): SiteDesk {
  const { upstream_connect, upstream_response } = settings.timeouts
  const timeouts = { connect_ms: upstream_connect, response_ms: upstream_response }
  const pool = rising.use(upstreamPool(site.upstreams, timeouts, world.clock))
  return { site, pool, counters: siteCounters() }
}

function upstreamStates(desk: SiteDesk): UpstreamState[] {
  return desk.pool.servers.map((server) => ({
    site: desk.site.name,
    url: server.url,
    is_up: desk.pool.isWell(server),
    is_backup: server.settings.backup,
    fails: server.fails,
  }))
}
