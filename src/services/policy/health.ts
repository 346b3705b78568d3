/** The verdict: is everything well, and what is wrong, in a sentence for the top of the Overview page. */
import type { NodeStatus } from '#model/node.ts'
import type { Site } from '#model/site.ts'

export type HealthFacts = {
  readonly now_ms: number
  readonly sites: readonly Pick<Site, 'name' | 'upstreams'>[]
  readonly nodes: readonly NodeStatus[]
  /** Records that waited in the spool of each node a while ago. */
  readonly deferred_before: ReadonlyMap<string, number>
}

/** Nodes report every 2 s: five reports missed. */
export const stale_ms = 10_000
/** A node that is silent for a day is gone, not broken. */
const gone_ms = 24 * 3_600_000
/** Fewer records than this are on their way, not waiting. */
const deferred_min = 100

/** What is wrong, most important first; nothing when all is well. Pure. */
export function troubles(facts: HealthFacts): string[] {
  const present = facts.nodes.filter((node) => ageMs(node, facts.now_ms) <= gone_ms)
  if (present.length === 0) return ['No edge has reported yet']
  const fresh = present.filter((node) => ageMs(node, facts.now_ms) <= stale_ms)
  return [
    ...present
      .filter((node) => !fresh.includes(node))
      .map((node) => `Node ${node.node} has not reported for ${span(ageMs(node, facts.now_ms))}`),
    ...fresh.flatMap(workerTrouble),
    ...facts.sites.flatMap((site) => upstreamTrouble(site, fresh)),
    ...fresh
      .filter((node) => node.lost > 0)
      .map((node) => `Node ${node.node} lost ${count(node.lost, 'record')}`),
    ...fresh
      .filter((node) => isRising(node, facts.deferred_before))
      .map((node) => `${count(node.deferred, 'record')} of node ${node.node} wait for analytics`),
  ]
}

/** The whole sentence: the state first, then what happened in the span. Pure. */
export function verdict(
  wrong: readonly string[],
  totals: { readonly blocked: number; readonly monitored: number },
  span_in_words: string,
): string {
  const state = wrong.length === 0 ? ['All sites are up'] : wrong.slice(0, 3)
  if (wrong.length > 3) state.push(`${count(wrong.length - 3, 'more problem')}`)
  return [...state, happened(totals, span_in_words)].map((sentence) => `${sentence}.`).join(' ')
}

function happened(totals: { blocked: number; monitored: number }, when: string): string {
  const { blocked, monitored } = totals
  if (blocked === 0 && monitored === 0) return `No attacks ${when}`
  if (monitored === 0) return `${count(blocked, 'attack')} blocked ${when}`
  if (blocked === 0) return `${count(monitored, 'attack')} seen and let through ${when}`
  return `${count(blocked, 'attack')} blocked, ${number(monitored)} seen and let through ${when}`
}

function workerTrouble(node: NodeStatus): string[] {
  const ready = node.workers.filter((worker) => worker.state === 'ready').length
  return ready > 0 ? [] : [`Node ${node.node} has no worker that takes connections`]
}

function upstreamTrouble(
  site: Pick<Site, 'name' | 'upstreams'>,
  nodes: readonly NodeStatus[],
): string[] {
  const down = site.upstreams.filter((upstream) =>
    nodes.some((node) =>
      node.upstreams.some((u) => u.site === site.name && u.url === upstream.url && !u.is_up),
    ),
  )
  if (down.length === 0) return []
  const all = site.upstreams.length
  if (down.length < all) {
    const are = down.length === 1 ? 'is' : 'are'
    return [`${down.length} of ${all} upstreams of ${site.name} ${are} down`]
  }
  const urls = down.map((upstream) => upstream.url).join(', ')
  return [`Site ${site.name} is down: ${urls} ${all === 1 ? 'does' : 'do'} not answer`]
}

function isRising(node: NodeStatus, before: ReadonlyMap<string, number>): boolean {
  const then = before.get(node.node)
  return then !== undefined && node.deferred >= deferred_min && node.deferred > then
}

function ageMs(node: NodeStatus, now_ms: number): number {
  return now_ms - Date.parse(node.timestamp)
}

function span(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`
  return `${Math.round(seconds / 3600)} h`
}

function number(n: number): string {
  return n.toLocaleString('en-US')
}

function count(n: number, noun: string): string {
  return `${number(n)} ${noun}${n === 1 ? '' : 's'}`
}

/** Remembers how much waited in each spool, so that "rising" can be told from "there". */
export type Health = {
  /** Sees the nodes as they are now and tells what is wrong. */
  troubles(sites: HealthFacts['sites'], nodes: readonly NodeStatus[], now_ms: number): string[]
}

/** Rising means: more than the least of this long ago. */
const memory_ms = 60_000

export function health(): Health {
  const seen = new Map<string, { readonly at_ms: number; readonly deferred: number }[]>()
  return {
    troubles(sites, nodes, now_ms) {
      const deferred_before = new Map<string, number>()
      for (const { node, deferred } of nodes) {
        const samples = (seen.get(node) ?? []).filter((s) => now_ms - s.at_ms <= memory_ms)
        const old = samples.filter((s) => now_ms - s.at_ms >= stale_ms)
        if (old.length > 0) deferred_before.set(node, Math.min(...old.map((s) => s.deferred)))
        const newest = samples.at(-1)
        if (!newest || now_ms - newest.at_ms >= 1_000) samples.push({ at_ms: now_ms, deferred })
        seen.set(node, samples)
      }
      return troubles({ now_ms, sites, nodes, deferred_before })
    },
  }
}
