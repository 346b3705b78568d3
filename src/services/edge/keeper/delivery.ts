/**
 * Where records go: the analytics nodes in their order. Whoever answers is stayed with; when it is
 * away the next one is asked, and after a while the first one again.
 */
import type { ConnectionOptions } from 'node:tls'
import type { Clock } from '#base/clock.ts'
import { type Poster, poster } from '#parts/http/post-json.ts'
import { edgeFaults } from '../faults.ts'

export type DeliveryOptions = {
  readonly version: string
  /** `host:port`s, best first. */
  readonly addresses: () => readonly string[]
  /** The node's certificate and whom it trusts; undefined: plain HTTP, for tests. The same object until it changes. */
  readonly tls: () => ConnectionOptions | undefined
}

export type Delivery = Poster & {
  /** For messages: who was asked last. */
  readonly url: string
}

const timeout_ms = 10_000
/** How long another than the first is stayed with. */
const second_choice_ms = 30_000

export function delivery(options: DeliveryOptions, clock: Clock): Delivery {
  const lines = new Map<string, Poster>()
  let tls: ConnectionOptions | undefined
  let chosen = ''
  let chosen_at = Number.NEGATIVE_INFINITY

  const hangUp = (): void => {
    for (const line of lines.values()) line[Symbol.dispose]()
    lines.clear()
  }
  /** Addresses that are gone are forgotten; a new certificate means new connections. */
  const refresh = (addresses: readonly string[]): void => {
    const now = options.tls()
    if (now !== tls) hangUp()
    tls = now
    for (const [address, line] of lines) {
      if (addresses.includes(address)) continue
      line[Symbol.dispose]()
      lines.delete(address)
    }
  }
  const lineTo = (address: string): Poster => {
    let line = lines.get(address)
    if (line === undefined) {
      const scheme = tls === undefined ? 'http' : 'https'
      line = poster(`${scheme}://${address}`, timeout_ms, {
        ...(tls && { tls }),
        headers: { 'x-gatehouse-version': options.version },
      })
      lines.set(address, line)
    }
    return line
  }
  return {
    get url() {
      return chosen || options.addresses()[0] || 'analytics'
    },
    async post(path, body) {
      const addresses = options.addresses()
      refresh(addresses)
      const is_recent = clock.elapsed() - chosen_at < second_choice_ms
      const first = is_recent && addresses.includes(chosen) ? [chosen] : []
      let last: unknown
      for (const address of new Set([...first, ...addresses])) {
        try {
          const answer = await lineTo(address).post(path, body)
          if (address !== chosen || !is_recent) chosen_at = clock.elapsed()
          chosen = address
          // It is there and cannot take anything: another one may.
          if (answer.status !== 503 || addresses.length === 1) return answer
          last = edgeFaults.analytics_busy({ address })
        } catch (error) {
          last = error
          // The certificate may be a new one by now, or the address a stranger's.
          lines.get(address)?.[Symbol.dispose]()
          lines.delete(address)
        }
        if (chosen === address) chosen_at = Number.NEGATIVE_INFINITY
      }
      throw last ?? edgeFaults.no_analytics({})
    },
    [Symbol.dispose]: hangUp,
  }
}
