/** What the reports of one node say of it over time: rates, growth, and how wrong its clock is. */
import type { WaveCounters } from '#model/cluster.ts'

const span_ms = 60_000
const rate_ms = 5_000
/** One entry a second is enough. */
const step_ms = 900
const skews_max = 16

export type Figures = {
  /** A report that came at `elapsed_ms`, when our clock said `now_ms`. */
  add(report: {
    readonly boot_id: string
    readonly at_ms: number
    readonly counters: WaveCounters
    readonly now_ms: number
    readonly elapsed_ms: number
  }): void
  /** The clock of the node as it said in a greeting. */
  greeted(at_ms: number, now_ms: number): void
  /** Never goes back, also when the node starts anew. */
  total(): WaveCounters
  /** Growth in the last minute. */
  before(): WaveCounters
  rates(): { readonly requests_per_s: number; readonly blocked_per_s: number }
  /** Its clock minus ours; positive: it is ahead. */
  skew_ms(): number
}

type Entry = { readonly at_ms: number; readonly total: WaveCounters }

export function figures(known_skew_ms = 0): Figures {
  let total: WaveCounters = { requests: 0, blocked: 0, errors: 0 }
  let last = { boot_id: '', counters: total }
  let entries: Entry[] = []
  let skews: number[] = []
  const noteSkew = (at_ms: number, now_ms: number) => {
    skews = [...skews, at_ms - now_ms].slice(-skews_max)
  }
  return {
    greeted(at_ms, now_ms) {
      // Its clock may have been set right since.
      skews = []
      noteSkew(at_ms, now_ms)
    },
    add({ boot_id, at_ms, counters, now_ms, elapsed_ms }) {
      noteSkew(at_ms, now_ms)
      const is_anew = boot_id !== last.boot_id || counters.requests < last.counters.requests
      total = plus(total, is_anew ? counters : minus(counters, last.counters))
      last = { boot_id, counters }
      const newest = entries.at(-1)
      if (newest && elapsed_ms - newest.at_ms < step_ms) return
      entries = entries.filter((entry) => entry.at_ms >= elapsed_ms - span_ms)
      entries.push({ at_ms: elapsed_ms, total })
    },
    total: () => total,
    before: () => minus(total, entries[0]?.total ?? total),
    rates() {
      const newest = entries.at(-1)
      const older = newest && entries.findLast((entry) => entry.at_ms <= newest.at_ms - rate_ms)
      const from = older ?? entries[0]
      if (!newest || !from || from === newest) return { requests_per_s: 0, blocked_per_s: 0 }
      const grown = minus(newest.total, from.total)
      const perSecond = (count: number) =>
        Math.round((count / (newest.at_ms - from.at_ms)) * 10_000) / 10
      return {
        requests_per_s: perSecond(grown.requests),
        blocked_per_s: perSecond(grown.blocked),
      }
    },
    // The way to us only makes its clock look slower: the sample that came fastest is the largest.
    skew_ms: () => (skews.length > 0 ? Math.round(Math.max(...skews)) : known_skew_ms),
  }
}

function plus(a: WaveCounters, b: WaveCounters): WaveCounters {
  return {
    requests: a.requests + b.requests,
    blocked: a.blocked + b.blocked,
    errors: a.errors + b.errors,
  }
}

function minus(a: WaveCounters, b: WaveCounters): WaveCounters {
  return {
    requests: Math.max(0, a.requests - b.requests),
    blocked: Math.max(0, a.blocked - b.blocked),
    errors: Math.max(0, a.errors - b.errors),
  }
}
