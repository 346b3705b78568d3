/** Runs the rules of a phase: the reference interpreter. */
import type { Entry, Link, Located, Rule, State, Text } from '../program.ts'
import { dispose } from './dispose.ts'
import { cannotMatch, lacksNeed, noneCanMatch } from './prefilter.ts'
import { type Hit, recordMatch } from './record.ts'
import { isRemoved, resolve, withoutRemoved } from './resolve.ts'
import { keyed, textOf, transformed } from './values.ts'

/** Runs a phase to its end, until a rule ends it, or until the time for rules is used up. */
export function runPhase(state: State, phase: number) {
  state.phase = phase
  state.has_phase_ended = false
  forgetUnsettled(state, phase)
  const { elapsed_ms, budget_ms } = state.start
  if (elapsed_ms === undefined || budget_ms === undefined) {
    runSteps(state, phase, () => false)
    return
  }
  const started = elapsed_ms()
  const last = started + budget_ms - state.spent_ms
  runSteps(state, phase, () => elapsed_ms() > last)
  state.spent_ms += elapsed_ms() - started
}

/** The time is looked at once in so many rules: a look costs as much as an easy rule. */
const rulesBetweenLooks = 8

function runSteps(state: State, phase: number, isLate: () => boolean) {
  const steps = state.program.phases[phase] ?? []
  let run = 0
  for (let at = 0; at < steps.length; ) {
    const step = steps[at]
    if (step === undefined || state.engine === 'Off') return
    if (++run % rulesBetweenLooks === 0 && isLate()) {
      state.is_over_budget = true
      return
    }
    const { rule } = step
    if (state.removed_rules?.[rule.index] === 1 || !matchRule(state, rule)) {
      at = step.next
      continue
    }
    if (rule.severity_rank < state.highest_severity) state.highest_severity = rule.severity_rank
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
  state.score_added = 0
  if (links.length === 1) {
    const [link] = links
    return link !== undefined && matchLink(state, rule, link, undefined)
  }
  const hits: Hit[] = []
  for (const link of links) {
    if (!matchLink(state, rule, link, hits)) return false
  }
  recordMatch(state, rule, hits)
  return true
}

/**
 * Looks at every value of a link. `hits` gets the last one of a link in a chain; a rule of one link (`hits` is
 * undefined) is recorded at each.
 */
function matchLink(state: State, rule: Rule, link: Link, hits: Hit[] | undefined): boolean {
  const { plan } = link
  if (plan === undefined) {
    for (const effect of link.effects) effect(state, rule)
    if (hits === undefined) recordMatch(state, rule, [])
    return true
  }
  const removed = state.removed_targets?.get(rule.index)
  if (plan.single !== undefined && removed === undefined) {
    const entry = plan.single(state)
    if (entry === undefined || isRemoved(state, entry)) return false
    const text = matchEntry(state, link, entry)
    if (text === undefined) return false
    hit(state, rule, link, entry, text, hits)
    if (hits !== undefined) state.matched_all = [matchedCopy(entry, text)]
    return true
  }
  const values = resolve(state, plan)
  if (noneCanMatch(link, values)) return false
  const entries = removed ? withoutRemoved(values.entries, removed) : values.entries
  let all: Entry[] | undefined
  let hasMatched = false
  for (const entry of entries) {
    const text = matchEntry(state, link, entry)
    if (text === undefined) continue
    if (hits === undefined) state.score_added = 0
    else if (hasMatched) hits.pop()
    hasMatched = true
    hit(state, rule, link, entry, text, hits)
    // Only the links of a chain look at MATCHED_VARS.
    if (hits !== undefined) (all ??= []).push(matchedCopy(entry, text))
  }
  if (all !== undefined) state.matched_all = all
  return hasMatched
}

/** The form of a value that a link matches; undefined when none does. */
function matchEntry(state: State, link: Link, entry: Entry): Text | undefined {
  if (!link.is_negated && cannotMatch(link, entry.value)) return undefined
  if (link.is_multi_match) return firstMatching(state, link, entry)
  const text = transformed(entry.value, link.chain)
  return isMatch(state, link, text) ? text : undefined
}

function isMatch(state: State, link: Link, text: Text): boolean {
  const can = text.is_read ? !lacksNeed(link, text.marks, text.others) : true
  return (can && link.operator.matches(text.text, state)) !== link.is_negated
}

/** multiMatch: the value as it is, then after each transformation that changes it; the first that matches counts. */
function firstMatching(state: State, link: Link, entry: Entry): Text | undefined {
  let text = entry.value
  if (isMatch(state, link, text)) return text
  for (const node of link.chain.nodes) {
    const next = transformed(entry.value, node)
    if (next === text) continue
    text = next
    if (isMatch(state, link, text)) return text
  }
  return undefined
}

/** Sets MATCHED_VAR and the captures, runs the effects, and keeps or records the hit. */
function hit(
  state: State,
  rule: Rule,
  link: Link,
  entry: Entry,
  text: Text,
  hits: Hit[] | undefined,
) {
  state.matched = entry
  state.matched_text = text
  let located: Located | undefined
  if (!link.is_negated && (link.is_capturing || rule.is_logged)) {
    located = link.operator.locate?.(text.text, state)
    if (link.is_capturing && located !== undefined) capture(state, located.captures)
  }
  for (const effect of link.effects) effect(state, rule)
  if (hits !== undefined) hits.push({ link, entry, value: text.text, located })
  else if (rule.is_logged) recordMatch(state, rule, [{ link, entry, value: text.text, located }])
}

/** A value as MATCHED_VARS holds it: transformed, with its way back. */
function matchedCopy(entry: Entry, text: Text): Entry {
  if (text === entry.value) return entry
  const { collection, key, folded } = entry
  return { collection, key, folded, value: text, origin: entry }
}

const captureNames = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'] as const

function capture(state: State, captures: readonly (string | undefined)[]) {
  captureNames.forEach((name, at) => {
    const text = captures[at]
    if (text === undefined) state.tx.delete(name)
    else state.tx.set(name, keyed('TX', name, textOf(text)))
  })
}
