/** What fixes let through besides the request that they are for: tried on requests like it, counted in one way for all of them. */
import type { RecordedRequest } from '#model/replay.ts'
import type { Candidate } from './candidates.ts'
import type { Outcome, Recipe } from './workbench.ts'

export type Cost = {
  readonly requests: number
  readonly clients: number
  readonly attacks: number
}

/** A request that is blocked today and that some fix lets through. */
export type Unblocked = {
  readonly id: string
  readonly client: string
  /** It met other rules than the request that is fixed: today, or one paranoia level stricter. */
  readonly is_other: boolean
  /** By number of the fix. */
  readonly by: readonly boolean[]
}

export type Ask = (
  recipes: readonly Recipe[],
  requests: readonly RecordedRequest[],
) => Promise<readonly (readonly Outcome[])[]>

/** Rules that a request meets under a policy without any fix: as it is, and one paranoia level stricter. */
export async function rulesMet(
  ask: Ask,
  content: string,
  requests: readonly RecordedRequest[],
): Promise<ReadonlySet<number>[]> {
  if (requests.length === 0) return []
  const outcomes = await ask([{ content }, { content, is_stricter: true }], requests)
  return outcomes.map(
    (both) => new Set(both.flatMap((one) => (one.kind === 'judged' ? one.rule_ids : []))),
  )
}

/**
 * Whether a request is an attack is asked of the policy *without* the fix: a fix that hides more would otherwise look as if it
 * cost less. `own_rules`: those that the request that is fixed meets.
 */
export async function unblockedBy(
  ask: Ask,
  { content, candidates, own_rules }: Attempt,
  requests: readonly RecordedRequest[],
): Promise<Unblocked[]> {
  const outcomes = await ask([{ content }, ...recipesOf(content, candidates)], requests)
  const found = requests.flatMap((request, i) => {
    const [now, ...then] = outcomes[i] ?? []
    const by = then.map((outcome) => levelOf(now) > 0 && isPassing(outcome))
    return by.includes(true) ? [{ request, by }] : []
  })
  const met = await rulesMet(
    ask,
    content,
    found.map(({ request }) => request),
  )
  return found.map(({ request: { id, client }, by }, i) => {
    const is_other = [...(met[i] ?? [])].some((rule_id) => !own_rules.has(rule_id))
    return { id, client, by, is_other }
  })
}

export type Attempt = {
  readonly content: string
  readonly candidates: readonly Candidate[]
  readonly own_rules: ReadonlySet<number>
}

/** `many`: clients that tried many kinds of attacks. By number of the fix; one that lets more through never has fewer attacks. */
export function costsOf(
  unblocked: readonly Unblocked[],
  many: ReadonlySet<string>,
  count: number,
): Cost[] {
  return Array.from({ length: count }, (_, i) => {
    const own = unblocked.filter((one) => one.by[i])
    return {
      requests: own.length,
      clients: new Set(own.map((one) => one.client)).size,
      attacks: own.filter((one) => one.is_other || many.has(one.client)).length,
    }
  })
}

export function recipesOf(content: string, candidates: readonly Candidate[]): Recipe[] {
  return candidates.map(({ exceptions }) => ({ content, exceptions }))
}

export function levelOf(outcome: Outcome | undefined): number {
  return outcome?.kind === 'judged' ? outcome.level : 0
}

export function isPassing(outcome: Outcome | undefined): boolean {
  return outcome?.kind === 'judged' && outcome.level === 0
}
