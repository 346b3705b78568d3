/**
 * The upstream servers of one site: which is next, which is out. Passive marking as nginx documents
 * it for `server` in an upstream block: `max_fails` failures within `fail_timeout` put a server out
 * for `fail_timeout`; a single server never is.
 */
import { isIP } from 'node:net'
import { Pool as Wires } from 'undici'
import type { Clock } from '#base/clock.ts'
import type { Upstream } from '#model/site.ts'

export type UpstreamServer = {
  readonly url: string
  /** Host and port as a Host field says them. */
  readonly authority: string
  /** Path of the url, without final slash, put before each request's path; '' for most. */
  readonly prefix: string
  readonly settings: Upstream
  /** Name in TLS, which its certificate must have; undefined for http and for bare addresses. */
  readonly servername: string | undefined
  readonly wires: Wires
  /** Exchanges under way. */
  active: number
  fails: number
  /** When it last failed, and when it was last given a try; monotonic milliseconds. */
  failed_at: number
  checked_at: number
}

export type UpstreamPool = AsyncDisposable & {
  readonly servers: readonly UpstreamServer[]
  /**
   * The next server to try, never one of `tried`; takes a place on it until `release`. 'busy' when
   * every server that is left has `max_conns` under way; undefined when all have been tried.
   */
  take(tried: readonly UpstreamServer[]): UpstreamServer | 'busy' | undefined
  release(server: UpstreamServer, outcome: 'answered' | 'failed' | 'unknown'): void
  isUp(server: UpstreamServer): boolean
}

export type PoolTimeouts = {
  readonly connect_ms: number
  /** Until the first byte of an answer, and between bytes. */
  readonly response_ms: number
}

export function upstreamPool(
  upstreams: readonly Upstream[],
  timeouts: PoolTimeouts,
  clock: Clock,
): UpstreamPool {
  const servers = upstreams.map((upstream) => openServer(upstream, timeouts))
  const primaries = servers.filter((server) => !server.settings.backup)
  const backups = servers.filter((server) => server.settings.backup)
  const next = turns()

  const isUp = (server: UpstreamServer): boolean => {
    const { max_fails, fail_timeout } = server.settings
    if (servers.length === 1 || max_fails === 0 || server.fails < max_fails) return true
    return clock.elapsed() - server.checked_at > fail_timeout
  }
  const hasRoom = (server: UpstreamServer): boolean =>
    server.settings.max_conns === 0 || server.active < server.settings.max_conns

  const seat = (server: UpstreamServer): UpstreamServer => {
    server.active++
    const now = clock.elapsed()
    if (now - server.checked_at > server.settings.fail_timeout) server.checked_at = now
    return server
  }

  return {
    servers,
    isUp,
    take(tried) {
      const only = servers[0]
      if (servers.length === 1 && only !== undefined) {
        if (tried.length > 0) return undefined
        return hasRoom(only) ? seat(only) : 'busy'
      }
      const left = (server: UpstreamServer): boolean => !tried.includes(server)
      const ready = (server: UpstreamServer): boolean =>
        left(server) && isUp(server) && hasRoom(server)
      const found = next(primaries, ready) ?? next(backups, ready)
      if (found !== undefined) return seat(found)
      if (!servers.some(left)) return undefined
      if (servers.some((server) => left(server) && isUp(server))) return 'busy'
      // Everyone is out: nobody is worse than the others, so all get another chance.
      for (const server of servers) server.fails = 0
      const again = next(primaries, (s) => left(s) && hasRoom(s)) ?? next(backups, left)
      return again === undefined ? 'busy' : seat(again)
    },
    release(server, outcome) {
      server.active--
      if (outcome === 'failed') {
        const now = clock.elapsed()
        server.fails++
        server.failed_at = now
        server.checked_at = now
      } else if (outcome === 'answered' && server.failed_at < server.checked_at) server.fails = 0
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map((server) => server.wires.destroy()))
    },
  }
}

/** Round robin over those of a group that fit. */
function turns() {
  let turn = 0
  return (
    group: readonly UpstreamServer[],
    fits: (server: UpstreamServer) => boolean,
  ): UpstreamServer | undefined => {
    for (let i = 0; i < group.length; i++) {
      const server = group[(turn + i) % group.length]
      if (server === undefined || !fits(server)) continue
      turn = (turn + i + 1) % group.length
      return server
    }
    return undefined
  }
}

function openServer(settings: Upstream, timeouts: PoolTimeouts): UpstreamServer {
  const url = new URL(settings.url)
  const hostname = url.hostname.replace(/^\[|\]$/g, '')
  return {
    url: settings.url,
    authority: url.host,
    prefix: url.pathname.replace(/\/+$/, ''),
    settings,
    servername: url.protocol === 'https:' && isIP(hostname) === 0 ? hostname : undefined,
    wires: new Wires(url.origin, {
      pipelining: 1,
      allowH2: false,
      connect: { timeout: timeouts.connect_ms, rejectUnauthorized: settings.tls_verify },
      headersTimeout: timeouts.response_ms,
      bodyTimeout: timeouts.response_ms,
      // Below the five seconds that many servers keep an idle connection, so that we close first.
      keepAliveTimeout: 4000,
      maxHeaderSize: 65_536,
    }),
    active: 0,
    fails: 0,
    failed_at: Number.NEGATIVE_INFINITY,
    checked_at: Number.NEGATIVE_INFINITY,
  }
}
