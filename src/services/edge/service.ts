/**
 * The edge: one worker that listens, inspects, relays, counts, and keeps what it finds in its own
 * spool.
 */
import { type AddressSet, addressSet, networkRange } from '#base/address.ts'
import type { World } from '#base/service.ts'
import { compileLists, type IpLists } from '#parts/enforcement/ip-lists.ts'
import { type Deltas, rateCounter } from '#parts/enforcement/rate-limits.ts'
import { bodyRoom } from '#parts/http/body.ts'
import { loadCertificates } from '#parts/http/certificates.ts'
import { type Listening, type ListenOptions, listen } from '#parts/http/listen.ts'
import { openSpool } from '#parts/spool/spool.ts'
import type { Core } from './core.ts'
import { noSite, siteCounters } from './counters.ts'
import { enforcement, type NamedPolicy } from './enforcement.ts'
import { finish, proceed, serve } from './exchange.ts'
import { edgeFaults } from './faults.ts'
import { onMalformed } from './malformed.ts'
import { recorder } from './recorder.ts'
import type { WorkerReport } from './report.ts'
import type { EdgeSettings } from './settings.ts'

export type WorkerContext = {
  readonly node: string
  readonly worker_id: string
  readonly spool_dir: string
  /** Undefined on a node that has none yet: every request gets 503 until the first is activated. */
  readonly policy: NamedPolicy | undefined
  readonly lists?: IpLists
  /** Called once a second. */
  readonly report: (report: WorkerReport) => void
  /** Called after something was put into the spool. */
  readonly nudge: () => void
  /** What rate limits counted here since the last time, for the other workers of the node. */
  readonly tellRates?: (deltas: Deltas) => void
}

export type Edge = AsyncDisposable & {
  /** Stops accepting, lets what is under way end, cuts the rest after `limit_ms`. */
  drain(limit_ms: number): Promise<void>
  readonly addresses: readonly { readonly address: string; readonly port: number }[]
  /** Makes a policy ready beside the one in force; nothing else changes. */
  prepare(policy: NamedPolicy): void
  /** Puts the prepared policy in force at once; exchanges under way end under theirs. */
  activate(): void
  /** The policy in force. */
  readonly policy: NamedPolicy | undefined
  /** What is in force; `change` it, or put others in its place. */
  readonly lists: IpLists
  setLists(lists: IpLists): void
  /** What other workers of this node counted. */
  mergeRates(deltas: Deltas): void
  /** What `report` would be told now. */
  report(): WorkerReport
}

/** Keys of rate limits that a worker remembers: some 20 MB. */
const rate_keys_max = 100_000
/** How often workers tell each other what they counted. */
const rates_ms = 100

/**
 * Resolves when it listens.
 *
 * @throws http.cannot_listen, http.no_certificate, http.bad_certificate,
 * http.cannot_read_certificate, edge.bad_trusted_proxy
 */
export async function startEdge(
  settings: EdgeSettings,
  context: WorkerContext,
  world: World,
): Promise<Edge> {
  await using rising = new AsyncDisposableStack()
  for (const network of settings.trusted_proxies)
    if (networkRange(network) === undefined) throw edgeFaults.bad_trusted_proxy({ network })
  const { clock } = world
  const spool = rising.use(
    openSpool(context.spool_dir, { size_bytes_max: settings.spool_size_max }),
  )
  const { upstream_connect, upstream_response } = settings.timeouts
  const timeouts = { connect_ms: upstream_connect, response_ms: upstream_response }
  const inForce = rising.use(enforcement(context.lists ?? compileLists([]), timeouts, clock))
  if (context.policy !== undefined) {
    inForce.prepare(context.policy)
    inForce.activate()
  }
  const rates = rateCounter(clock, { keys_max: rate_keys_max })
  const sampling = {
    samples_per_s: settings.sample_requests_per_s,
    spool_bytes_max: settings.spool_size_max,
  }
  const keeper = recorder(spool, sampling, context.nudge, clock, world.log)
  const turned_away = { connections: 0, proxy_header: 0, tls: 0 }
  const unrouted = inForce.counters.get(noSite) ?? siteCounters()
  let listening: Listening | undefined
  const core: Core = {
    world,
    settings,
    node: context.node,
    enforcement: inForce,
    rates,
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
    bundle: inForce.policy?.bundle ?? '',
    rss_bytes: process.memoryUsage.rss(),
    sites: Object.fromEntries(inForce.counters),
    turned_away,
    lost: keeper.lost,
    unrecorded: keeper.unrecorded,
    hits: keeper.counts,
    upstreams: inForce.upstreams(),
    connections: doors.connections,
    held_bytes: core.room.taken,
  })
  rising.use(clock.every(1000, () => context.report(report())))
  rising.use(
    clock.every(rates_ms, () => {
      const deltas = rates.drain()
      if (deltas.length > 0) context.tellRates?.(deltas)
    }),
  )
  const falling = rising.move()
  return {
    addresses: doors.addresses,
    report,
    prepare: (policy) => inForce.prepare(policy),
    activate: () => inForce.activate(),
    get policy() {
      return inForce.policy
    },
    get lists() {
      return inForce.lists
    },
    setLists: (lists) => inForce.setLists(lists),
    mergeRates: (deltas) => rates.merge(deltas),
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
