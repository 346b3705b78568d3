/** What a rule that matched wants done with the request. */
import type { Rule, State } from '../program.ts'

export function dispose(state: State, rule: Rule) {
  const { disposition } = rule
  if (disposition.kind === 'pass') return
  const disruptive = state.engine === 'On'
  if (disposition.kind === 'allow') {
    if (!disruptive) return
    state.has_phase_ended = true
    if (disposition.scope === 'request') state.allowed_to = 2
    if (disposition.scope === 'transaction') state.allowed_to = 4
    return
  }
  if (state.intervention === undefined || (disruptive && !state.intervention.disruptive)) {
    const { kind, status } = disposition
    const common = { kind, status, rule_id: rule.id, disruptive }
    state.intervention =
      disposition.kind === 'redirect'
        ? { ...common, location: disposition.location.expand(state) }
        : common
  }
  // In the phase for logging nothing can be disrupted any more.
  if (disruptive && state.phase < 5) state.has_phase_ended = true
}
