/** Does a wave do worse than before? Shares of failed and blocked requests, against the minute before it began. */
import type { WaveCounters } from '#model/cluster.ts'
import type { Facts, Failure, NodeFacts, Wave } from '../plan.ts'
import { ifUntrue } from './receipts.ts'

/** Fewer requests than this say nothing. */
const requests_min = 20

export function beginWave(wave: Wave, nodes: ReadonlyMap<string, NodeFacts>, now_ms: number): void {
  wave.state = 'running'
  wave.started_ms = now_ms
  wave.before = sum(wave.nodes.flatMap((node) => nodes.get(node.id)?.before ?? []))
}

export function watchIsOver(wave: Wave, { now_ms, commit }: Facts): boolean {
  return now_ms - (wave.watched_ms ?? 0) >= commit.rollout.wait
}

type Verdict =
  | { readonly kind: 'watching'; readonly why: string }
  | { readonly kind: 'failed'; readonly failure: Failure }

export function watchVerdict(
  wave: Wave,
  nodes: ReadonlyMap<string, NodeFacts>,
  { commit }: Facts,
): Verdict {
  const { error_rate_max, block_rate_max, wait } = commit.rollout
  const grown = wave.nodes.flatMap((node) => {
    const fact = nodes.get(node.id)
    if (node.state !== 'applied' || !fact) return []
    // It was restarted: it counts from zero again.
    if (!node.from || fact.counters.requests < node.from.requests) node.from = fact.counters
    return [{ fact, counters: difference(fact.counters, node.from) }]
  })
  const since = sum(grown.map((one) => one.counters))
  const bounds = [
    ['failed', 'errors', error_rate_max],
    ['blocked', 'blocked', block_rate_max],
  ] as const
  for (const [word, field, max] of bounds) {
    if (since.requests < requests_min) continue
    const was = share(wave.before, field)
    const is = share(since, field)
    if (is - was <= max) continue
    const sentence =
      `${percent(is)} of ${since.requests} requests ${word}, ${percent(was)} before; ` +
      `at most ${percent(max)} more may${blame(grown, field, since[field])}`
    return { kind: 'failed', failure: { cause: 'out_of_bounds', sentence } }
  }
  const until = new Date((wave.watched_ms ?? 0) + wait).toISOString()
  return { kind: 'watching', why: `${wave.name}: watched until ${until}` }
}

/** One node alone can spoil the figures of all: it is named when most of them are its own. */
function blame(
  grown: readonly { readonly fact: NodeFacts; readonly counters: WaveCounters }[],
  field: 'errors' | 'blocked',
  all: number,
): string {
  const most = grown.find(({ counters }) => counters[field] * 2 > all)
  if (!most || grown.length < 2) return ''
  return `; most of them on ${most.fact.name}${ifUntrue(most.fact)}`
}

function share(counters: WaveCounters, field: 'errors' | 'blocked'): number {
  return counters.requests < requests_min ? 0 : Math.min(1, counters[field] / counters.requests)
}

function percent(part: number): string {
  return `${Math.round(part * 1000) / 10} %`
}

function difference(now: WaveCounters, from: WaveCounters): WaveCounters {
  return {
    requests: Math.max(0, now.requests - from.requests),
    blocked: Math.max(0, now.blocked - from.blocked),
    errors: Math.max(0, now.errors - from.errors),
  }
}

function sum(all: readonly WaveCounters[]): WaveCounters {
  const add = (field: keyof WaveCounters) => all.reduce((total, one) => total + one[field], 0)
  return { requests: add('requests'), blocked: add('blocked'), errors: add('errors') }
}
