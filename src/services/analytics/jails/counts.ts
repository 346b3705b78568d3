/** How often each client was stopped, for each jail: sliding windows in a bounded memory. */
import { canonicalAddress } from '#base/address.ts'
import type { Hit } from '#model/hit.ts'
import type { Jail } from '#model/policy.ts'

/** A client that a jail wants on its list. */
export type Caught = {
  readonly jail: Jail
  readonly client: string
  readonly hits: number
  /** How many of them each node told. */
  readonly nodes: ReadonlyMap<string, number>
}

export type JailCounts = {
  /** Counts, and tells who has reached `maxretry`. Who was told stays counted until it is released. */
  count(jails: readonly Jail[], hits: readonly Hit[], now_ms: number): Caught[]
  /** It is on its list, or will not be: counts from nothing again. */
  release(caught: Caught): void
}

/** Clients in all jails together. */
const memory_max = 200_000

/** A window moves on in steps of this part of it, so that counting takes the same memory whatever `maxretry` is. */
const steps = 20

type Window = {
  readonly span_ms: number
  /** At most one for each step and node. */
  counts: { readonly step: number; readonly node: string; hits: number }[]
  /** The request of the last hit: several hits of one request count once. */
  request_id: string
}

/** `clients_max`: who was not heard of for longest goes first. */
export function jailCounts(clients_max = memory_max): JailCounts {
  // In the order in which clients were last heard of.
  const windows = new Map<string, Window>()

  function countOne(jail: Jail, client: string, hit: Hit, at_ms: number, now_ms: number): Window {
    const key = keyOf(jail, client)
    const known = windows.get(key)
    const is_same = known !== undefined && known.span_ms === jail.findtime
    const window: Window = is_same ? known : { span_ms: jail.findtime, counts: [], request_id: '' }
    windows.delete(key)
    windows.set(key, window)
    const step_ms = Math.max(1, jail.findtime / steps)
    const newest = Math.floor(now_ms / step_ms)
    window.counts = window.counts.filter(({ step }) => step > newest - steps)
    if (window.request_id !== hit.request_id) {
      window.request_id = hit.request_id
      const step = Math.min(newest, Math.floor(at_ms / step_ms))
      const known = window.counts.find((one) => one.step === step && one.node === hit.node)
      if (known) known.hits += 1
      else window.counts.push({ step, node: hit.node, hits: 1 })
    }
    return window
  }

  return {
    count(jails, hits, now_ms) {
      const caught = new Map<string, Caught>()
      const active = jails.filter((jail) => jail.enabled)
      if (active.length === 0) {
        windows.clear()
        return []
      }
      for (const hit of hits) {
        const client = canonicalAddress(hit.client)
        if (client === undefined) continue
        const at_ms = Date.parse(hit.at)
        for (const jail of active) {
          if (!fits(jail, hit) || now_ms - at_ms >= jail.findtime) continue
          const { counts } = countOne(jail, client, hit, at_ms, now_ms)
          const hits = counts.reduce((sum, one) => sum + one.hits, 0)
          if (hits < jail.maxretry) continue
          caught.set(keyOf(jail, client), { jail, client, hits, nodes: byNode(counts) })
        }
      }
      for (const key of windows.keys()) {
        if (windows.size <= clients_max) break
        windows.delete(key)
      }
      return [...caught.values()]
    },
    release({ jail, client }) {
      windows.delete(keyOf(jail, client))
    },
  }
}

function byNode(counts: Window['counts']): Map<string, number> {
  const nodes = new Map<string, number>()
  for (const { node, hits } of counts) nodes.set(node, (nodes.get(node) ?? 0) + hits)
  return nodes
}

function keyOf(jail: Jail, client: string): string {
  return `${jail.name} ${client}`
}

/** What was only watched stops nobody; whoever is on a list already, or met a fault of ours, has done nothing new. */
export function fits(jail: Jail, hit: Hit): boolean {
  if (hit.action !== 'blocked' && hit.action !== 'refused') return false
  if (jail.site !== '' && jail.site !== hit.site) return false
  if (hit.attack_type === 'ip_list' || hit.attack_type === 'engine_fault') return false
  if (jail.attack_types.length > 0 && !jail.attack_types.includes(hit.attack_type)) return false
  if (jail.path === '') return true
  const slash = hit.target.indexOf('/')
  const path = slash < 0 ? '/' : hit.target.slice(slash)
  return jail.path.endsWith('*') ? path.startsWith(jail.path.slice(0, -1)) : path === jail.path
}
