/** Live lists: signed like bundles, but they travel at once and as changes. */

import { SignedLists } from '#model/cluster.ts'
import type { ListEntry } from '#model/ip-list.ts'
import { canonicalJson } from './canonical.ts'
import { bundleFaults } from './faults.ts'
import { demandSignature, type SigningKey, signText, type Trust } from './signing.ts'

/** What lists say at one revision, or what changed up to it. */
export type ListsHead = SignedLists['head']

/** More entries than this on one node are refused. */
export const list_entries_max = 1_000_000

export function signLists(head: ListsHead, key: SigningKey): SignedLists {
  return { head, key_id: key.key_id, signature: signText(canonicalJson(head), key) }
}

/**
 * @throws bundle.malformed, bundle.foreign_cluster, bundle.foreign_signature, bundle.bad_signature
 */
export function verifyLists(data: unknown, trust: Trust): SignedLists {
  const parsed = SignedLists.safeParse(data)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const why = `${issue?.path.join('.')}: ${issue?.message}`
    throw bundleFaults.malformed({ what: 'lists', why })
  }
  const { head } = parsed.data
  if (head.cluster_id !== trust.cluster_id)
    throw bundleFaults.foreign_cluster({
      what: 'lists',
      cluster_id: head.cluster_id,
      own_cluster_id: trust.cluster_id,
    })
  demandSignature('lists', canonicalJson(head), parsed.data, trust)
  return parsed.data
}

/** The lists that hold on a node, brought up to date by one head after another. */
export type MergedLists = {
  /** 0 before the first. Not reached before the last part has come. */
  readonly revision: number
  /** False while parts of a full state are still to come. */
  readonly is_whole: boolean
  /**
   * Takes a full state, a part of one, or a change. What was known before stays when it is not taken; while parts come,
   * what was known before holds beside them. Gives what became different: everything, or entries and ids that are gone.
   * @throws bundle.older_lists, bundle.lists_gap, bundle.too_many_entries
   */
  take(head: ListsHead): ListsHead
  /** Everything as one full head; undefined before the first. */
  head(): ListsHead | undefined
}

export function mergedLists(): MergedLists {
  let newest: Pick<ListsHead, 'cluster_id' | 'revision' | 'revoked_nodes'> | undefined
  let entries = new Map<string, ListEntry>()
  /** Ids in the parts that have come; whatever is not among them when the last one has is gone. */
  let coming: { readonly revision: number; readonly ids: Set<string> } | undefined

  const takePart = (head: ListsHead, ids: Set<string>): ListsHead => {
    for (const entry of head.entries) {
      entries.set(entry.id, entry)
      ids.add(entry.id)
    }
    const { cluster_id, revoked_nodes } = head
    const change = { ...head, since: head.revision, removed: [] as string[] }
    if (head.more) {
      // Who was cut off is so from the first part on.
      newest = { cluster_id, revision: newest?.revision ?? 0, revoked_nodes }
      return change
    }
    change.removed = [...entries.keys()].filter((id) => !ids.has(id))
    for (const id of change.removed) entries.delete(id)
    newest = { cluster_id, revision: head.revision, revoked_nodes }
    coming = undefined
    return change
  }

  return {
    get revision() {
      return newest?.revision ?? 0
    },
    get is_whole() {
      return coming === undefined
    },
    take(head) {
      const known = newest?.revision ?? 0
      const { revision, since } = head
      if (revision < known) throw bundleFaults.older_lists({ revision, known })
      const is_next = isNextPart(head, coming?.revision)
      if (!isFull(head) && !is_next && since !== null && since > known)
        throw bundleFaults.lists_gap({ since, known })
      const is_anew = isFull(head) && !head.more
      const count = (is_anew ? 0 : entries.size) + head.entries.length
      if (count > list_entries_max)
        throw bundleFaults.too_many_entries({ entries: count, entries_max: list_entries_max })
      if (!is_next) coming = head.more ? { revision, ids: new Set() } : undefined
      if (is_next || head.more) return takePart(head, coming?.ids ?? new Set())
      if (is_anew) entries = new Map()
      for (const entry of head.entries) entries.set(entry.id, entry)
      for (const id of head.removed) entries.delete(id)
      const { cluster_id, revoked_nodes } = head
      newest = { cluster_id, revision, revoked_nodes }
      return head
    },
    head: () => newest && { ...newest, since: null, entries: [...entries.values()], removed: [] },
  }
}

/** At revision 0 there was nothing: what changed since then is everything. */
export function isFull({ since }: Pick<ListsHead, 'since'>): boolean {
  return since === null || since === 0
}

/** Does it go on with the parts of this revision? */
export function isNextPart(
  head: Pick<ListsHead, 'revision' | 'since'>,
  coming: number | undefined,
): boolean {
  return coming !== undefined && head.revision === coming && head.since === coming
}
