/** The record of a match: what an operator of the gateway will want to see. */
import type { Entry, Link, Located, Rule, State } from '../program.ts'
import { nameOf, transformed } from './values.ts'

/** A value that a link matched. */
export type Hit = {
  readonly link: Link
  readonly entry: Entry
  /** After the transformations. */
  readonly value: string
  readonly located: Located | undefined
}

/** Matches of one transaction that are recorded; an attacker must not fill the memory with more. */
export const matchesMax = 500

/** Bytes of an expanded message or logdata; a value that it quotes can be as long as the body. */
const textBytesMax = 2048

/** Records a match if its rule is logged. `hits` holds one hit for each link of the chain. */
export function recordMatch(state: State, rule: Rule, hits: readonly Hit[]) {
  if (!rule.is_logged) return
  if (state.matches.length >= matchesMax) {
    state.matches_left_out++
    return
  }
  const hit = tellingHit(hits)
  const origin = hit === undefined ? undefined : originOf(hit.entry)
  state.matches.push({
    rule_id: rule.id,
    phase: rule.phase,
    message: rule.message.expand(state).slice(0, textBytesMax),
    data: rule.data.expand(state).slice(0, textBytesMax),
    severity: rule.severity,
    tags: rule.tags,
    version: rule.version,
    file: rule.place.file,
    line: rule.place.line,
    operator: hit?.link.operator_text ?? '',
    score: state.score_added,
    paranoia_level: rule.paranoia_level,
    variable: origin === undefined ? '' : nameOf(origin),
    value: hit?.value ?? '',
    raw_value: origin?.value.text ?? '',
    steps: hit === undefined ? [] : stepsOf(hit, hits),
    matched_text: hit?.located?.text ?? '',
    matched_at: hit?.located?.at ?? -1,
    is_detection: rule.is_detection,
  })
}

/** Of a chain the last link that looked at the request itself tells most; TX only holds what rules wrote. */
function tellingHit(hits: readonly Hit[]): Hit | undefined {
  return hits.findLast((hit) => originOf(hit.entry).collection !== 'TX') ?? hits.at(-1)
}

/** What MATCHED_VAR and MATCHED_VARS were copied from, at the first. */
function originOf(entry: Entry): Entry {
  let origin = entry
  while (origin.origin !== undefined) origin = origin.origin
  return origin
}

type DecodeStep = { readonly transformation: string; readonly value: string }

/** The transformations that changed the value; for a copy in MATCHED_VARS those of the link that it comes from first. */
function stepsOf(hit: Hit, hits: readonly Hit[]): readonly DecodeStep[] {
  const steps: DecodeStep[] = []
  for (let from = hit.entry.origin; from !== undefined; from = from.origin) {
    const earlier = hits.find((one) => one.entry === from)
    if (earlier !== undefined && earlier !== hit) steps.unshift(...stepsOf(earlier, hits))
  }
  let before = hit.entry.value.text
  for (const node of hit.link.chain.nodes) {
    const value = transformed(hit.entry.value, node).text
    if (value !== before) steps.push({ transformation: node.name, value })
    before = value
    // With multiMatch an earlier form may be the one that matched.
    if (hit.link.is_multi_match && value === hit.value) break
  }
  return steps
}
