/**
 * Live lists on their way to the nodes: changes at once, and all that is in force in signed parts, one a turn, so that
 * neither we nor a node is busy with them for long, and what others are to be told comes in between.
 */
import type { World } from '#base/service.ts'
import type { ListEntry } from '#model/ip-list.ts'
import { type ListsHead, signLists } from '#parts/bundle/lists.ts'
import type { SigningKey } from '#parts/bundle/signing.ts'
import { revokedNodes } from '#parts/records/cluster-nodes.ts'
import type { Database } from '#parts/records/database.ts'
import { activeEntries, changesSince } from '#parts/records/ip-lists.ts'
import { lists_lost_max, listsRevision, raiseListsRevision } from '#parts/records/lists-revision.ts'
import { notifierFaults } from './faults.ts'
import type { Line, Lines } from './lines.ts'

type Changes = Pick<ListsHead, 'revision' | 'entries' | 'removed'>

/** Where the lists come from. */
export type ListsSource = {
  readonly cluster_id: string
  revision(): Promise<number>
  /** What came after `since`, or the first of it; undefined when only everything will do. */
  changes(since: number): Promise<Changes | undefined>
  /** What is in force, a page at a time, `after` what the page before gave as `next`; the last one gives none. */
  page(after: string | undefined): Promise<{ entries: ListEntry[]; next: string | undefined }>
  /** Who is cut off. */
  revoked(): Promise<string[]>
  /** The next revision is above this one, and nobody who has an older one is told changes. */
  raise(seen: number): Promise<number>
}

/**
 * What the database holds. The revision is *always* read before what it stands for: what comes in between is told again
 * with the next one, and nothing is passed by.
 */
export function databaseLists(
  database: Database,
  { now }: World['clock'],
  cluster_id: string,
): ListsSource {
  const iso = () => new Date(now()).toISOString()
  return {
    cluster_id,
    revision: () => listsRevision(database),
    async changes(since) {
      const revision = await listsRevision(database)
      const changes = await changesSince(database, since)
      if (changes === 'too_old') return undefined
      const { entries, removed, up_to = revision } = changes
      return { revision: up_to, entries: [...entries], removed: [...removed] }
    },
    page: (after) => activeEntries(database, iso(), after),
    revoked: () => revokedNodes(database, iso()),
    raise: (seen) => raiseListsRevision(database, seen),
  }
}

/** All that was in force at a revision, as lines of a stream, made as far as somebody needs them. */
type Whole = {
  readonly revision: number
  readonly texts: string[]
  /** Where the next page begins. */
  next: string | undefined
  is_complete: boolean
}

/** A line that is told everything, and how many parts of it it was sent. */
type Journey = { readonly whole: Whole; sent: number }

export type ListDelivery = {
  /**
   * Sends each line the next of what it lacks. `more`: there is more to send at once; `busy`: nodes are still taking what
   * they were sent. @throws records.unavailable
   */
  deliver(): Promise<'done' | 'more' | 'busy'>
}

/** One node can make us tell everybody everything again only so often. */
const raise_every_ms = 600_000

export function listDelivery(
  lines: Lines,
  source: ListsSource,
  signing: SigningKey,
  { clock, log }: Pick<World, 'clock' | 'log'>,
): ListDelivery {
  const journeys = new Map<Line, Journey>()
  /** The newest, for whoever begins: what changed since is told after. Undefined while nobody is on a journey. */
  let whole: Whole | undefined
  const raised = new Map<string, number>()

  const textOf = async (head: Omit<ListsHead, 'cluster_id' | 'revoked_nodes'>) => {
    const { cluster_id } = source
    const lists = signLists({ cluster_id, ...head, revoked_nodes: await source.revoked() }, signing)
    return JSON.stringify({ kind: 'lists', lists })
  }

  const extend = async (known: Whole): Promise<void> => {
    const { entries, next } = await source.page(known.next)
    const is_last = next === undefined
    const { revision } = known
    const since = known.texts.length === 0 ? null : revision
    const part = { revision, since, entries, removed: [], ...(!is_last && { more: true as const }) }
    known.texts.push(await textOf(part))
    known.next = next
    known.is_complete = is_last
  }

  /**
   * A node has what we never made: our database came back from an old copy, or the node is not to be believed. True when
   * ours are above it now.
   */
  const passBy = async (line: Line, revision: number): Promise<boolean> => {
    const { node_id, lists_revision: told } = line
    if (told > revision + lists_lost_max) {
      log.trouble('lists.not_raised', notifierFaults.lists_far_ahead({ node_id, told, revision }))
      line.lists_revision = revision
      return false
    }
    const now_ms = clock.elapsed()
    if (now_ms - (raised.get(node_id) ?? Number.NEGATIVE_INFINITY) < raise_every_ms) return false
    const next = await source.raise(told)
    raised.set(node_id, now_ms)
    log.event('lists.raised', { node_id, told, revision: next })
    return true
  }

  /**
   * *Never* on what the line has had already: it is here because what came after that can no longer be told as changes.
   */
  const begin = (line: Line, revision: number): void => {
    if (whole === undefined || whole.revision <= line.lists_revision)
      whole = { revision, texts: [], next: undefined, is_complete: false }
    journeys.set(line, { whole, sent: 0 })
  }

  /** What changed for those who have the last revision but a few; whoever needs everything begins a journey. */
  const sendChanges = async (revision: number): Promise<boolean> => {
    const texts = new Map<number, { revision: number; text: string } | undefined>()
    let has_more = false
    for (const line of lines.all()) {
      const since = line.lists_revision
      if (journeys.has(line) || since === revision) continue
      if (since > revision) {
        has_more = (await passBy(line, revision)) || has_more
        continue
      }
      if (since > 0 && !texts.has(since)) {
        const changes = await source.changes(since)
        const text = changes && (await textOf({ ...changes, since }))
        texts.set(
          since,
          text === undefined ? undefined : { revision: changes?.revision ?? 0, text },
        )
      }
      const ready = texts.get(since)
      if (ready === undefined) {
        begin(line, revision)
        continue
      }
      line.lists_revision = ready.revision
      line.sendText(ready.text)
      has_more ||= ready.revision < revision
    }
    return has_more
  }

  /** One part for each; at most one is made anew. */
  const sendParts = async (): Promise<'done' | 'more' | 'busy'> => {
    let state: 'done' | 'more' | 'busy' = 'done'
    let may_extend = true
    for (const [line, journey] of journeys) {
      const { whole: known, sent } = journey
      if (line.is_busy) {
        if (state === 'done') state = 'busy'
        continue
      }
      // Whatever comes next: at the least what changed meanwhile.
      state = 'more'
      if (sent === known.texts.length && may_extend) {
        may_extend = false
        await extend(known)
      }
      const text = known.texts[sent]
      if (text === undefined) continue
      line.sendText(text)
      journey.sent++
      if (!known.is_complete || journey.sent < known.texts.length) continue
      journeys.delete(line)
      line.lists_revision = known.revision
    }
    return state
  }

  return {
    async deliver() {
      const open = new Set(lines.all())
      for (const line of journeys.keys()) if (!open.has(line)) journeys.delete(line)
      if (journeys.size === 0) whole = undefined
      if (open.size === 0) return 'done'
      const revision = await source.revision()
      const has_more = await sendChanges(revision)
      if (journeys.size === 0) return has_more ? 'more' : 'done'
      const state = await sendParts()
      return has_more ? 'more' : state
    },
  }
}
