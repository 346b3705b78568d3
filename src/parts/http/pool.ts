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
  answered_at: number
}

export type UpstreamPool = AsyncDisposable & {
  readonly servers: readonly UpstreamServer[]
  /**
   * The next server to try, never one of `tried`; takes a place on it until `release`. 'busy' when
   * every server that is left has `max_conns` under way; undefined when all have been tried.
   */
  take(tried: readonly UpstreamServer[]): UpstreamServer | 'busy' | undefined
  release(server: UpstreamServer, outcome: 'answered' | 'failed' | 'unknown'): void
  /**
   * For who was told 'busy': one of `retry` (a place is free) and `giveUp` (`connect_ms` went by) is
   * called once, in the order of asking; neither after disposal. Undefined when there is nothing to
   * wait for: every server has a `max_conns` of its own, or too many wait already.
   */
  wait(retry: () => void, giveUp: () => void): Disposable | undefined
  isUp(server: UpstreamServer): boolean
  /** For people: up, and its last answer was none of the failures of the last `fail_timeout`; also of a single server. */
  isWell(server: UpstreamServer): boolean
}

export type PoolTimeouts = {
  /** Until a connection stands; as long again for a place on a server without `max_conns`. */
  readonly connect_ms: number
  /** Until the first byte of an answer, and between bytes. */
  readonly response_ms: number
}

/**
 * Exchanges at once with a server whose `max_conns` says nothing, tunnels not counted: without any
 * bound a few clients could use up the ports of the machine.
 */
const default_conns = 1024
/** Exchanges of one site that wait for a place. */
const waiting_max = 1024

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
    server.active < (server.settings.max_conns || default_conns)
  const line = waitingLine(timeouts.connect_ms, clock)
  const mayWait = servers.some((server) => server.settings.max_conns === 0)

  const seat = (server: UpstreamServer): UpstreamServer => {
    server.active++
    const now = clock.elapsed()
    if (now - server.checked_at > server.settings.fail_timeout) server.checked_at = now
    return server
  }

  return {
    servers,
    isUp,
    isWell(server) {
      const is_failing = server.failed_at > server.answered_at
      const since_ms = clock.elapsed() - server.failed_at
      return isUp(server) && !(is_failing && since_ms <= server.settings.fail_timeout)
    },
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
      const again =
        next(primaries, (s) => left(s) && hasRoom(s)) ?? next(backups, (s) => left(s) && hasRoom(s))
      return again === undefined ? 'busy' : seat(again)
    },
    release(server, outcome) {
      server.active--
      if (outcome === 'answered') server.answered_at = clock.elapsed()
      if (outcome === 'failed') {
        const now = clock.elapsed()
        server.fails++
        server.failed_at = now
        server.checked_at = now
      } else if (outcome === 'answered' && server.failed_at < server.checked_at) server.fails = 0
      line.call()
    },
    wait: (retry, giveUp) => (mayWait ? line.enter(retry, giveUp) : undefined),
    async [Symbol.asyncDispose]() {
      line.dismiss()
      await Promise.all(servers.map((server) => server.wires.destroy()))
    },
  }
}

/** Who waits for a place, first come first served. */
function waitingLine(patience_ms: number, clock: Clock) {
  const waiting = new Set<{ readonly retry: () => void; readonly patience: Disposable }>()
  return {
    enter(retry: () => void, giveUp: () => void): Disposable | undefined {
      if (waiting.size >= waiting_max) return undefined
      const patience = clock.after(patience_ms, () => {
        waiting.delete(waiter)
        giveUp()
      })
      const waiter = { retry, patience }
      waiting.add(waiter)
      return {
        [Symbol.dispose]() {
          patience[Symbol.dispose]()
          waiting.delete(waiter)
        },
      }
    },
    call(): void {
      for (const waiter of waiting) {
        waiter.patience[Symbol.dispose]()
        waiting.delete(waiter)
        waiter.retry()
        return
      }
    },
    dismiss(): void {
      for (const { patience } of waiting) patience[Symbol.dispose]()
      waiting.clear()
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
      connections: settings.max_conns === 0 ? default_conns : null,
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
    answered_at: Number.NEGATIVE_INFINITY,
  }
}
