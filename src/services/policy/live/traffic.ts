/** What a `traffic` event tells: the step that is being counted and the one before, so that it never is empty. */
import type { LiveTraffic } from '#model/live.ts'
import type { TrafficTotals } from '#parts/records/traffic.ts'

/** Traffic is stored in steps of this length. */
const step_ms = 10_000

export async function liveTraffic(
  totalsOf: (span: { from: string; to: string }) => Promise<TrafficTotals>,
  now_ms: number,
): Promise<LiveTraffic> {
  const from_ms = Math.floor(now_ms / step_ms) * step_ms - step_ms
  const at = new Date(now_ms).toISOString()
  const totals = await totalsOf({ from: new Date(from_ms).toISOString(), to: at })
  const { requests, attacks, blocked, abnormal, faults, upstream_errors } = totals
  return {
    at,
    span_s: Math.max(1, Math.round((now_ms - from_ms) / 1000)),
    requests,
    attacks,
    blocked,
    monitored: Math.max(0, attacks - blocked),
    abnormal,
    faults,
    upstream_errors,
  }
}
