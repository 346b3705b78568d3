/** A span of time as a call gives it, made exact. */

export type TimeQuery = {
  readonly range?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
}

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Longest span; more is older than anything kept. */
const range_max_ms = 400 * 86_400_000

/** Milliseconds of `15m`, `1h`, `7d`. */
export function rangeMs(range: string): number {
  return Math.min(Number.parseInt(range, 10) * (units[range.slice(-1)] ?? 0), range_max_ms)
}

/** `range` wins over `from`/`to`; an end that is not given stays open. */
export function timeSpan(query: TimeQuery, now_ms: number): { from?: string; to?: string } {
  if (query.range) return { from: new Date(now_ms - rangeMs(query.range)).toISOString() }
  return {
    ...(query.from ? { from: utc(query.from) } : {}),
    ...(query.to ? { to: utc(query.to) } : {}),
  }
}

/** Both ends: the last hour when nothing is given. */
export function closedSpan(query: TimeQuery, now_ms: number): { from: string; to: string } {
  const { from, to } = timeSpan(query, now_ms)
  const end = to ?? new Date(now_ms).toISOString()
  const start = from ?? new Date(Date.parse(end) - rangeMs('1h')).toISOString()
  return start <= end ? { from: start, to: end } : { from: end, to: start }
}

/** The span in words: `in the last hour`, `in the last 24 hours`, `from … to …`. */
export function spanInWords(query: TimeQuery, span: { from: string; to: string }): string {
  if (!query.range && (query.from || query.to)) return `from ${span.from} to ${span.to}`
  const range = query.range ?? '1h'
  const count = Number.parseInt(range, 10)
  const unit = { m: 'minute', h: 'hour', d: 'day' }[range.slice(-1)] ?? ''
  return count === 1 ? `in the last ${unit}` : `in the last ${count} ${unit}s`
}

function utc(time: string): string {
  return new Date(time).toISOString()
}
