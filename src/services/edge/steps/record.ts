/**
 * Record: what was found in this request goes to the spool, before its client hears anything.
 * Always runs, once.
 */

import { countInspection } from '../counters.ts'
import type { StepResult } from '../exchange/outcome.ts'
import type { Exchange } from '../exchange/state.ts'
import { findingOf } from '../hits/finding.ts'
import { hitsOf } from '../hits.ts'

export function record(exchange: Exchange): StepResult {
  if (exchange.is_recorded) return undefined
  exchange.is_recorded = true
  const { counters, outcome, core } = exchange
  counters.requests++
  if (exchange.transaction !== undefined) countInspection(counters, exchange.inspect_ms * 1000)
  if (outcome?.kind === 'refused') counters.abnormal++
  const finding = findingOf(exchange)
  if (finding === undefined) return undefined
  if (finding.is_attack) {
    counters.attacks++
    if (finding.action === 'blocked') counters.blocked++
  }
  if (outcome?.kind === 'refused' && !core.recorder.mayRecordRefusal(exchange.client))
    return undefined
  core.recorder.keep(hitsOf(exchange, finding))
  return undefined
}
