/** How hits become attacks: one type on one parameter of one target, with no silence longer than the gap in between. */
import { createHash } from 'node:crypto'
import { uuidv7 } from '#base/id.ts'
import type { Hit } from '#model/hit.ts'
import type { AttacksTable } from './tables.ts'

/** An attack while hits are added to it; `change` and `clients` are the writer's affair. */
export type AttackState = {
  -readonly [K in Exclude<keyof AttacksTable, 'change' | 'rule_ids'>]: AttacksTable[K]
} & { rule_ids: number[] }

export type Grouping = {
  /** Attacks that got a hit, new ones too. */
  readonly touched: readonly AttackState[]
  /** Attack of each hit, by the hit's id. */
  readonly attack_of: ReadonlyMap<string, string>
}

/** Same for the same type, parameter and target: the first 128 bits of their SHA-256 in the shape of a UUID. */
export function attackKey(hit: Pick<Hit, 'attack_type' | 'parameter' | 'target'>): string {
  const text = JSON.stringify([hit.attack_type, hit.parameter, hit.target])
  const hex = createHash('sha256').update(text).digest('hex')
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20, 32),
  ].join('-')
}

/**
 * Adds `hits` in order of their time to the `known` attacks, which it changes, or opens new ones.
 * An attack keeps its id for ever: a late hit that lies between two attacks joins the nearer one and never merges them.
 */
export function groupHits(
  hits: readonly Hit[],
  known: readonly AttackState[],
  gap_ms: number,
): Grouping {
  const byKey = Map.groupBy(known, (attack) => attack.key)
  const touched = new Set<AttackState>()
  const attack_of = new Map<string, string>()
  for (const hit of hits.toSorted(byTime)) {
    const key = attackKey(hit)
    const candidates = byKey.get(key) ?? []
    byKey.set(key, candidates)
    let attack = nearest(candidates, Date.parse(hit.at), gap_ms)
    if (!attack) {
      attack = opened(key, hit)
      candidates.push(attack)
    }
    add(attack, hit)
    touched.add(attack)
    attack_of.set(hit.id, attack.id)
  }
  return { touched: [...touched], attack_of }
}

function byTime(a: Hit, b: Hit): number {
  return Date.parse(a.at) - Date.parse(b.at) || (a.id < b.id ? -1 : 1)
}

function nearest(
  candidates: readonly AttackState[],
  at_ms: number,
  gap_ms: number,
): AttackState | undefined {
  let best: AttackState | undefined
  let best_ms = gap_ms
  for (const attack of candidates) {
    const before_ms = Date.parse(attack.first_at) - at_ms
    const after_ms = at_ms - Date.parse(attack.last_at)
    const distance_ms = Math.max(before_ms, after_ms, 0)
    if (distance_ms < best_ms || (distance_ms === best_ms && !best)) {
      best = attack
      best_ms = distance_ms
    }
  }
  return best
}

function opened(key: string, hit: Hit): AttackState {
  return {
    id: uuidv7(Math.max(0, Date.parse(hit.at))),
    key,
    attack_type: hit.attack_type,
    parameter: hit.parameter,
    target: hit.target,
    site: hit.site,
    first_at: hit.at,
    last_at: hit.at,
    hits: 0,
    blocked: 0,
    refused: 0,
    clients: 0,
    client: hit.client,
    node: hit.node,
    score_max: 0,
    rule_ids: [],
    value: hit.value,
    reason: hit.reason,
    last_hit_id: hit.id,
  }
}

function add(attack: AttackState, hit: Hit): void {
  attack.hits += 1
  if (hit.action !== 'monitored') attack.blocked += 1
  if (hit.action === 'refused') attack.refused += 1
  attack.score_max = Math.max(attack.score_max, hit.score)
  for (const id of hit.rule_ids) if (!attack.rule_ids.includes(id)) attack.rule_ids.push(id)
  if (Date.parse(hit.at) < Date.parse(attack.first_at)) attack.first_at = hit.at
  if (Date.parse(hit.at) < Date.parse(attack.last_at)) return
  attack.last_at = hit.at
  attack.site = hit.site
  attack.client = hit.client
  attack.node = hit.node
  attack.value = hit.value
  attack.reason = hit.reason
  attack.last_hit_id = hit.id
}
