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
  /** 0 before the first. */
  readonly revision: number
  /**
   * Takes a full state or a change. What was known before stays when it is not taken.
   * @throws bundle.older_lists, bundle.lists_gap, bundle.too_large
   */
  take(head: ListsHead): void
  /** Everything as one full head; undefined before the first. */
  head(): ListsHead | undefined
}

export function mergedLists(): MergedLists {
  let newest: Pick<ListsHead, 'cluster_id' | 'revision' | 'revoked_nodes'> | undefined
  let entries = new Map<string, ListEntry>()
  return {
    get revision() {
      return newest?.revision ?? 0
    },
    take(head) {
      const known = newest?.revision ?? 0
      if (head.revision < known) throw bundleFaults.older_lists({ revision: head.revision, known })
      // At revision 0 there was nothing: what changed since then is everything.
      const is_full = head.since === null || head.since === 0
      if (head.since !== null && head.since > known)
        throw bundleFaults.lists_gap({ since: head.since, known })
      const count = (is_full ? 0 : entries.size) + head.entries.length
      if (count > list_entries_max)
        throw bundleFaults.too_many_entries({ entries: count, entries_max: list_entries_max })
      if (is_full) entries = new Map()
      for (const entry of head.entries) entries.set(entry.id, entry)
      for (const id of head.removed) entries.delete(id)
      const { cluster_id, revision, revoked_nodes } = head
      newest = { cluster_id, revision, revoked_nodes }
    },
    head: () => newest && { ...newest, since: null, entries: [...entries.values()], removed: [] },
  }
}
