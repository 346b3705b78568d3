/**
 * Record: what was found in this request goes to the spool, before its client hears anything.
 * Always runs, once.
 */

import { countInspection } from '../counters.ts'
import { isTurnedDown, type StepResult } from '../exchange/outcome.ts'
import type { Exchange } from '../exchange/state.ts'
import { findingOf, isBelowThreshold } from '../hits/finding.ts'
import { recordedRequest } from '../hits/recorded-request.ts'
import { hitsOf } from '../hits.ts'

export function record(exchange: Exchange): StepResult {
  if (exchange.is_recorded) return undefined
  exchange.is_recorded = true
  const { counters, outcome, core } = exchange
  counters.requests++
  if (exchange.transaction !== undefined) countInspection(counters, exchange.inspect_ms * 1000)
  const is_turned_down = isTurnedDown(outcome)
  if (is_turned_down) counters.abnormal++
  const finding = findingOf(exchange)
  if (finding?.is_attack !== true && isBelowThreshold(exchange)) counters.below_threshold++
  if (finding === undefined) {
    sample(exchange)
    return undefined
  }
  if (finding.is_attack) {
    counters.attacks++
    if (finding.action === 'blocked') counters.blocked++
  }
  if (is_turned_down && !core.recorder.mayRecordRefusal(exchange.client)) return undefined
  core.recorder.keep(hitsOf(exchange, finding))
  return undefined
}

/** Some of the requests without a finding are kept, so that a change can be tried on them. */
function sample(exchange: Exchange): void {
  const { recorder } = exchange.core
  if (exchange.transaction === undefined || exchange.outcome !== undefined) return
  if (recorder.maySample()) recorder.keepSample(recordedRequest(exchange))
}
