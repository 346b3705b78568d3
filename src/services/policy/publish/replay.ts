/** Replay: what a candidate policy would do differently with the requests of the last hours. */
import type { World } from '#base/service.ts'
import type { RecordedRequest, ReplayChange, ReplayResult } from '#model/replay.ts'
import type { FolderTrust } from '#parts/enforcement/check.ts'
import type { Database } from '#parts/records/database.ts'
import { policyFaults } from '../faults.ts'
import type { Judges } from './judges.ts'
import { recordedBatches } from './recorded.ts'
import type { Document } from './things.ts'
import type { Outcome } from './workbench.ts'

export type Replayer = (
  candidate: Document,
  wanted: {
    readonly hours: number
    readonly requests_max: number
    readonly folder: FolderTrust
  },
  signal: AbortSignal,
) => Promise<ReplayResult>

/** After this it says how far it came. */
const replay_ms_max = 60_000
const groups_max = 200
const examples_max = { clients: 5, requests: 10, clients_counted: 10_000 }

/** Throws `policy.check_failed` when the candidate does not compile, `policy.not_found` before the first commit. */
export function replayer(judging: Judges, database: Database, { clock }: World): Replayer {
  return async (document, { hours, requests_max, folder }, signal) => {
    const started_ms = clock.elapsed()
    const now = await judging.head()
    if (now === undefined) throw policyFaults.not_found({ what: 'a commit to compare with' })
    const then = await judging.candidate(document, folder)
    const again = async () => {
      await judging.head()
      await judging.candidate(document, folder)
    }
    const count = tally()
    const from = new Date(clock.now() - hours * 3_600_000).toISOString()
    for await (const requests of recordedBatches(database, { from, requests_max })) {
      const recipes = [{ content: now }, { content: then }]
      const outcomes = await judging.ask(recipes, requests, again)
      requests.forEach((request, i) => {
        const [before, after] = outcomes[i] ?? []
        if (before && after) count.add(request, before, after)
      })
      if (signal.aborted || clock.elapsed() - started_ms > replay_ms_max) break
    }
    return count.result(clock.elapsed() - started_ms)
  }
}

type Group = Omit<ReplayChange, 'clients'> & { readonly seen: Set<string> }

type Tally = {
  add(request: RecordedRequest, before: Outcome, after: Outcome): void
  result(took_ms: number): ReplayResult
}

function tally(): Tally {
  const groups = new Map<string, Group>()
  const counts = { requests: 0, same: 0, newly_blocked: 0, newly_let_through: 0, not_replayed: 0 }
  let [from, to]: [string | null, string | null] = [null, null]
  return {
    add(request, before, after) {
      if (before.kind !== 'judged' || after.kind !== 'judged') {
        counts.not_replayed++
        return
      }
      counts.requests++
      if (from === null || request.at < from) from = request.at
      if (to === null || request.at > to) to = request.at
      const kind = changeOf(before, after)
      counts[kind]++
      if (kind !== 'same') addTo(groups, kind, request, kind === 'newly_blocked' ? after : before)
    },
    result(took_ms) {
      const changes = [...groups.values()]
        .sort((a, b) => b.requests - a.requests)
        .slice(0, groups_max)
        .map(({ seen, ...change }) => ({ ...change, clients: seen.size }))
      return { ...counts, from, to, took_ms: Math.round(took_ms), changes }
    },
  }
}

type Judged = Outcome & { readonly kind: 'judged' }

/** On a site that does not block, in both policies, what it would do counts. */
export function changeOf(
  before: Judged,
  after: Judged,
): 'same' | 'newly_blocked' | 'newly_let_through' {
  const is_watching = before.mode === 'monitor' && after.mode === 'monitor'
  const least = is_watching ? 1 : 2
  const was = before.level >= least
  const is = after.level >= least
  if (was === is) return 'same'
  return is ? 'newly_blocked' : 'newly_let_through'
}

function addTo(
  groups: Map<string, Group>,
  kind: ReplayChange['kind'],
  request: RecordedRequest,
  { site, parameter, rule_ids }: Judged,
): void {
  const key = JSON.stringify([kind, site, parameter, rule_ids])
  let group = groups.get(key)
  if (!group) {
    // Beyond any list that a person reads; the totals count them all the same.
    if (groups.size >= groups_max * 10) return
    group = {
      kind,
      site,
      parameter,
      rule_ids: [...rule_ids],
      requests: 0,
      seen: new Set(),
      client_examples: [],
      request_ids: [],
      example: `${request.request.method} ${pathOf(request.request.uri)}`,
    }
    groups.set(key, group)
  }
  group.requests++
  if (group.seen.size < examples_max.clients_counted) group.seen.add(request.client)
  const { client_examples, request_ids } = group
  if (client_examples.length < examples_max.clients && !client_examples.includes(request.client)) {
    client_examples.push(request.client)
  }
  if (request_ids.length < examples_max.requests) request_ids.push(request.id)
}

/** Without query: what people look for in a list. */
export function pathOf(uri: string): string {
  const origin_form = uri.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '')
  return (origin_form.split(/[?#]/)[0] || '/').slice(0, 500)
}
