/** Runs the rules of a phase: the reference interpreter. */
import type { ChainNode, Entry, Link, Rule, State } from '../program.ts'
import { type Hit, recordMatch } from './record.ts'
import { resolve, withoutRemoved } from './resolve.ts'
import { keyed, nodesOf, textOf, transformed } from './values.ts'

/** Runs a phase to its end, or until a rule ends it. */
export function runPhase(state: State, phase: number) {
  state.phase = phase
  state.has_phase_ended = false
  forgetUnsettled(state, phase)
  const steps = state.program.phases[phase] ?? []
  for (let at = 0; at < steps.length; ) {
    const step = steps[at]
    if (step === undefined || state.engine === 'Off') return
    const { rule } = step
    if (state.removed_rules?.[rule.index] === 1 || !matchRule(state, rule)) {
      at = step.next
      continue
    }
    dispose(state, rule)
    if (state.has_phase_ended) return
    at = step.next_on_match
  }
}

/** What was read before this phase and is complete only now is read again. */
function forgetUnsettled(state: State, phase: number) {
  state.plans.fill(undefined)
  for (const variable of state.lists.keys()) {
    if (variable.settled !== 'live' && variable.settled >= phase) state.lists.delete(variable)
  }
}

/** Does a rule match with all links of its chain? Runs its effects and records the match. */
function matchRule(state: State, rule: Rule): boolean {
  const { links } = rule
  state.rule = rule
  if (links.length === 1) {
    const [link] = links
    return link !== undefined && matchLink(state, rule, link, true, undefined)
  }
  state.score_added = 0
  let hits: Hit[] | undefined
  for (const link of links) {
    const found: Hit[] = hits ?? []
    if (!matchLink(state, rule, link, false, found)) return false
    hits = found
  }
  recordMatch(state, rule, hits ?? [])
  return true
}

/** Looks at every value of a link. A link on its own is recorded at each match; one of a chain keeps its last hit. */
function matchLink(
  state: State,
  rule: Rule,
  link: Link,
  isAlone: boolean,
  hits: Hit[] | undefined,
): boolean {
  if (link.plan === undefined) {
    state.score_added = isAlone ? 0 : state.score_added
    for (const effect of link.effects) effect(state, rule)
    if (isAlone) recordMatch(state, rule, [])
    return true
  }
  let entries = resolve(state, link.plan)
  if (entries.length === 0) return false
  const removed = state.removed_targets?.get(rule.index)
  if (removed !== undefined) entries = withoutRemoved(entries, removed)
  const { operator, is_negated, chain } = link
  let matched: Entry[] | undefined
  let last: Hit | undefined
  for (const entry of entries) {
    const value = link.is_multi_match
      ? firstMatching(state, link, entry, nodesOf(chain))
      : transformed(entry.value, chain)
    if (value === undefined || operator.matches(value, state) === is_negated) continue
    if (isAlone) state.score_added = 0
    last = hit(state, link, entry, value)
    if (matched === undefined) {
      matched = []
      state.matched_all = matched
    }
    if (state.matched !== undefined) matched.push(state.matched)
    for (const effect of link.effects) effect(state, rule)
    if (isAlone) recordMatch(state, rule, [last])
  }
  if (last === undefined) return false
  hits?.push(last)
  return true
}

/** multiMatch: the value as it is, then after each transformation that changes it; the first that matches counts. */
function firstMatching(
  state: State,
  link: Link,
  entry: Entry,
  nodes: readonly ChainNode[],
): string | undefined {
  let value = entry.value.text
  if (link.operator.matches(value, state) !== link.is_negated) return value
  for (const node of nodes) {
    const next = transformed(entry.value, node)
    if (next === value) continue
    value = next
    if (link.operator.matches(value, state) !== link.is_negated) return value
  }
  return undefined
}

/** Sets MATCHED_VAR and the captures. */
function hit(state: State, link: Link, entry: Entry, value: string): Hit {
  const located = link.is_negated ? undefined : link.operator.locate?.(value, state)
  state.matched = {
    collection: entry.collection,
    key: entry.key,
    folded: entry.folded,
    value: value === entry.value.text ? entry.value : textOf(value),
    origin: entry,
  }
  if (link.is_capturing && located !== undefined) capture(state, located.captures)
  return { link, entry, value, located }
}

const captureNames = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'] as const

function capture(state: State, captures: readonly (string | undefined)[]) {
  captureNames.forEach((name, at) => {
    const text = captures[at]
    if (text === undefined) state.tx.delete(name)
    else state.tx.set(name, keyed('TX', name, textOf(text)))
  })
}

/** Does what a rule that matched wants done with the request. */
function dispose(state: State, rule: Rule) {
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
