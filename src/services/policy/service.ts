/** Policy: the desk where people and programs ask. Starts API and console, makes the first user. */
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '#base/clock.ts'
import type { Running, World } from '#base/service.ts'
import type { Site } from '#model/site.ts'
import { fingerprint, keptCertificate, readCertificate } from '#parts/identity/certificates.ts'
import { type Passwords, passwords } from '#parts/identity/passwords.ts'
import { attacksChangedSince, lastChange } from '#parts/records/attacks.ts'
import type { Database } from '#parts/records/database.ts'
import { eventsSince, lastEvent } from '#parts/records/events.ts'
import { trafficTotals } from '#parts/records/traffic.ts'
import { policyFaults } from './faults.ts'
import type { ClusterDesk, Desk } from './handler.ts'
import { health } from './health.ts'
import { type FeedSource, feed } from './live/feed.ts'
import { liveTraffic } from './live/traffic.ts'
import { failedLogins } from './login/failed-logins.ts'
import { firstLogin, type Login } from './login/first-login.ts'
import { logins } from './login/logins.ts'
import { secondFactor } from './login/second-factor.ts'
import { sessions } from './login/sessions.ts'
import { tokens } from './login/tokens.ts'
import { type Publish, publish } from './publish/publish.ts'
import { recorder } from './recorder.ts'
import { policyApp } from './server/app.ts'
import { guard } from './server/guard.ts'
import { type Address, addressOf, isLocalAddress, listenTcp, localSocket } from './server/listen.ts'
import { openapiOf } from './server/openapi.ts'
import type { PolicySettings } from './settings.ts'

export type PolicyContext = ClusterDesk & {
  readonly database: Database
  /** Sites in force; asked with every call. */
  readonly sites: () => readonly Site[]
  readonly state_dir: string
  /** Where the built console lies. */
  readonly console_dir: string
  readonly node: string
  readonly version: string
  /** What the database is, in a few words. */
  readonly database_label: string
}

export type Policy = Running & {
  readonly url: string
  /** Undefined once the first password was changed; see `login/first-login.ts`. */
  readonly first_login?: Login
  /** What commits besides the API: the settings file and roll-outs that go wrong. */
  readonly publish: Pick<Publish, 'applyFilePolicy' | 'rollbackTo' | 'warm'>
}

/** Throws `policy.tls_needed`, `policy.cannot_listen`, `policy.socket_in_use`, `identity.certificate_unreadable`. */
export async function startPolicy(
  settings: PolicySettings,
  context: PolicyContext,
  world: World,
): Promise<Policy> {
  const { clock, log } = world
  const address = addressOf(settings.listen)
  const is_tls = needsTls(settings, address)
  const tls = is_tls ? await certificate(settings, address, context.state_dir, world) : undefined

  await using rising = new AsyncDisposableStack()
  const hashing = passwords()
  const first_login = rising.use(await firstLogin({ ...context, passwords: hashing }, world))
  const local = rising.use(localSocket(join(context.state_dir, 'gatehouse.sock'), clock))
  const publishing = rising.use(publish({ ...context, replay: replayOf(settings) }, world))
  let openapi: Readonly<Record<string, unknown>> = {}
  const desk: Desk = {
    ...context,
    clock,
    log,
    ...recorder(context.database, world),
    ...whoIsWho(settings, context, hashing, clock),
    first_login,
    health: health(),
    feed: feed(feedSource(context, world), world),
    publish: publishing,
    openapi: () => openapi,
  }
  const app = await policyApp(
    desk,
    {
      ...context,
      guard: guard([...settings.hosts, ...(address.host ? [address.host] : [])]),
      // The prefix binds the cookie to this host and to TLS (RFC 6265bis, section 4.1.3.2).
      cookie_name: is_tls ? '__Host-gatehouse' : 'gatehouse',
      is_tls,
      is_trusted_tls: settings.certificate !== undefined,
      session_max_ms: settings.session_max,
      isLocal: local.has,
    },
    world,
  )
  rising.defer(() => app.close())
  openapi = openapiOf(app)
  const handler = app.routing.bind(app)
  const tcp = rising.use(await listenTcp(handler, address, tls, clock))
  await local.open(handler)
  // Closed first of all: its streams would keep the sockets open.
  rising.use(desk.feed)

  const url = `${is_tls ? 'https' : 'http'}://${urlHost(address)}:${tcp.port}`
  log.event('policy.started', { url, is_tls })
  const closing = rising.move()
  const { login } = first_login
  return {
    url,
    publish: publishing,
    ...(login ? { first_login: login } : {}),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}

/** All that finds out who somebody is. */
function whoIsWho(
  settings: PolicySettings,
  { database, state_dir, node }: PolicyContext,
  hashing: Passwords,
  clock: Clock,
): Pick<Desk, 'sessions' | 'tokens' | 'logins' | 'second_factor' | 'failed_logins'> {
  // Not in state_dir/identity: who joins another cluster replaces that, and keeps the users.
  const totp_key = { key_path: join(state_dir, 'totp.key'), node }
  const second_factor = secondFactor(database, totp_key, clock)
  const known = logins(database, hashing, second_factor, clock)
  return {
    sessions: sessions(database, settings, clock),
    tokens: tokens(database, known, clock),
    logins: known,
    second_factor,
    failed_logins: failedLogins(clock),
  }
}

function replayOf({ replay_requests_max, replay_age }: PolicySettings) {
  return { requests_max: replay_requests_max, age_ms: replay_age }
}

function needsTls(settings: PolicySettings, address: Address): boolean {
  const is_local = isLocalAddress(address.host)
  if (settings.tls === 'off' && !is_local) {
    throw policyFaults.tls_needed({ listen: settings.listen })
  }
  return settings.tls === 'on' || (settings.tls === 'auto' && !is_local)
}

async function certificate(
  settings: PolicySettings,
  address: Address,
  state_dir: string,
  { clock, log }: World,
) {
  if (settings.certificate) return readCertificate(settings.certificate)
  const own = address.host ? [address.host] : []
  const names = [
    ...new Set([...settings.hosts, ...own, hostname(), 'localhost', '127.0.0.1', '::1']),
  ]
  const kept = await keptCertificate(join(state_dir, 'tls'), names, clock.now())
  if (kept.is_new) {
    log.event('certificate.made', { names: names.join(' '), sha256: fingerprint(kept.cert) })
  }
  return kept
}

function feedSource(context: PolicyContext, { clock }: World): FeedSource {
  const { database } = context
  return {
    attack: {
      latest: () => lastChange(database),
      async since(number, limit) {
        const { change, attacks } = await attacksChangedSince(database, number, limit)
        return { number: change, items: attacks }
      },
    },
    event: {
      latest: () => lastEvent(database),
      async since(after, limit) {
        const { number, events } = await eventsSince(database, after, limit)
        return { number, items: events }
      },
    },
    traffic: () => liveTraffic((span) => trafficTotals(database, span), clock.now()),
    nodes: () => context.nodes(),
    rollout: () => context.rollout(),
  }
}

function urlHost({ host }: Address): string {
  if (host === undefined) return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}
