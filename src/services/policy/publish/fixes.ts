/** Fix: exceptions that let a wrongly blocked request through, each tried on what was recorded. */
import type { World } from '#base/service.ts'
import { bundleName } from '#model/bundle.ts'
import type { Fix, FixList } from '#model/fix.ts'
import type { Hit } from '#model/hit.ts'
import { canonicalJson } from '#parts/bundle/canonical.ts'
import { sha256 } from '#parts/bundle/signing.ts'
import type { StoredCommit } from '#parts/records/commits.ts'
import type { Database } from '#parts/records/database.ts'
import { hitsOfRequest } from '#parts/records/hits.ts'
import { manySidedClients } from '#parts/records/recorded-requests.ts'
import { policyFaults } from '../faults.ts'
import { type Candidate, candidatesFor, scoreLeft } from './candidates.ts'
import {
  type Ask,
  type Cost,
  costsOf,
  isPassing,
  levelOf,
  recipesOf,
  rulesMet,
  type Unblocked,
  unblockedBy,
} from './costs.ts'
import { exceptionNames, thresholdOf } from './document.ts'
import type { History } from './history.ts'
import type { Judges } from './judges.ts'
import { recordedBatches } from './recorded.ts'

/** Throws `policy.not_found` when nothing is recorded of the request. */
export type Fixes = (request_id: string) => Promise<FixList>

/** Requests like it that each fix is tried on, from so long ago, and how long that may take. */
const like = { requests_max: 500, hours: 24, ms_max: 15_000 }
/** A client with hits of so many different attack types is looking for a way in. */
const many_sides = 3
/** Answers that are kept for whoever applies one of them. */
const kept = { lists: 50, ms: 600_000 }

export function fixes(judging: Judges, past: History, database: Database, { clock }: World): Fixes {
  const lists = new Map<string, { revision: number; at_ms: number; list: FixList }>()
  return async (request_id) => {
    const head = await past.head()
    const hits = await hitsOfRequest(database, request_id)
    const [hit] = hits
    if (!hit) throw policyFaults.not_found({ what: `a record of the request ${request_id}` })
    if (!head) throw policyFaults.not_found({ what: 'a commit to fix' })
    const { revision } = head.bundle.head
    const known = lists.get(request_id)
    if (known?.revision === revision && clock.elapsed() - known.at_ms < kept.ms) return known.list
    const content = (await judging.head()) ?? ''
    const list = await listFor({ judging, database, clock, head, content, hits, hit })
    lists.set(request_id, { revision, at_ms: clock.elapsed(), list })
    for (const oldest of lists.keys()) {
      if (lists.size <= kept.lists) break
      lists.delete(oldest)
    }
    return list
  }
}

type Case = {
  readonly judging: Judges
  readonly database: Database
  readonly clock: World['clock']
  readonly head: StoredCommit
  readonly content: string
  readonly hits: readonly Hit[]
  readonly hit: Hit
}

async function listFor(of: Case): Promise<FixList> {
  const taken = new Set(exceptionNames(of.head.document))
  const candidates = await helping(of, candidatesFor(of.hits, taken))
  const { tried, costs } = await tryOut(of, candidates)
  return {
    request_id: of.hit.request_id,
    hit_id: of.hit.id,
    site: of.hit.site,
    replayed: tried,
    digest: digestOf(candidates),
    fixes: candidates.map(
      ({ sentence, exceptions }, i): Fix => ({
        number: i + 1,
        sentence,
        exceptions: [...exceptions],
        helps: true,
        unblocks_requests: costs[i]?.requests ?? 0,
        unblocks_clients: costs[i]?.clients ?? 0,
        unblocks_attacks: costs[i]?.attacks ?? 0,
      }),
    ),
  }
}

/** Names the fixes and their order, whatever they cost at the moment. */
function digestOf(candidates: readonly Candidate[]): string {
  return sha256(canonicalJson(candidates.map(({ exceptions }) => exceptions))).slice(0, 12)
}

/** Those with which the request itself passes. */
async function helping(
  { judging, content, hits, hit, head }: Case,
  candidates: readonly Candidate[],
): Promise<Candidate[]> {
  if (candidates.length === 0) return []
  const recipes = [{ content }, ...recipesOf(content, candidates)]
  const [outcomes = []] = await judging.ask(recipes, [requestOf(hit)], judging.head)
  const [now, ...then] = outcomes
  if (levelOf(now) > 0) return candidates.filter((_, i) => isPassing(then[i]))
  // It passes today: somebody was faster. Under the very policy that blocked it, it is the record that says too little
  // (masked values, a body that was cut): then what the matches scored must do.
  if (now?.kind === 'judged' && hit.bundle !== bundleName(head.bundle)) return []
  const threshold = thresholdOf(head.document, hit.site)
  return candidates.filter(({ exceptions }) => scoreLeft(hits, exceptions) < threshold)
}

/** What each of them lets through of the requests like it that are blocked today. */
async function tryOut(
  { judging, database, clock, content, hits, hit }: Case,
  candidates: readonly Candidate[],
): Promise<{ tried: number; costs: Cost[] }> {
  if (candidates.length === 0) return { tried: 0, costs: [] }
  const started_ms = clock.elapsed()
  const from = new Date(clock.now() - like.hours * 3_600_000).toISOString()
  const rule_ids = [...new Set(hits.flatMap((one) => one.rule_ids))]
  const wanted = {
    from,
    site: hit.site,
    requests_max: like.requests_max,
    like: { parameters: [...new Set(hits.map((one) => one.parameter))], rule_ids },
  }
  const ask: Ask = (recipes, requests) => judging.ask(recipes, requests, judging.head)
  // What the record shows of it, and what its hits tell: a part may have been cut off.
  const [met] = await rulesMet(ask, content, [requestOf(hit)])
  const own_rules = new Set([...rule_ids, ...(met ?? [])])
  const unblocked: Unblocked[] = []
  let tried = 0
  for await (const requests of recordedBatches(database, wanted)) {
    unblocked.push(...(await unblockedBy(ask, { content, candidates, own_rules }, requests)))
    tried += requests.length
    if (clock.elapsed() - started_ms > like.ms_max) break
  }
  const clients = [...new Set(unblocked.map((request) => request.client))]
  const many = await manySidedClients(database, clients, from, many_sides)
  return { tried, costs: costsOf(unblocked, many, candidates.length) }
}

function requestOf({ request_id, at, node, site, target, client, action, request }: Hit) {
  const host = target.split('/')[0] ?? ''
  return { id: request_id, at, node, site, host, client, action, request }
}
