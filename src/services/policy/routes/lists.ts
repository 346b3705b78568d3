/** IP lists: what operators put on them and take off; enforced on every node at once, without a commit. */

import { Fault } from '#base/fault.ts'
import { uuidv7 } from '#base/id.ts'
import type { ListEntry } from '#model/ip-list.ts'
import { listClusterNodes } from '#parts/records/cluster-nodes.ts'
import { addEntry, listEntries, removeEntry, replaceFileEntries } from '#parts/records/ip-lists.ts'
import { listNetwork, type Protected, protectedNodes } from '#parts/records/list-networks.ts'
import { Parts, policyFaults } from '../faults.ts'
import type { Desk, Handler } from '../handler.ts'
import { actorName } from '../recorder.ts'

export const listAllEntries: Handler<'GET /api/v1/lists'> = ({ query }, desk) =>
  listEntries(desk.database, query, nowOf(desk))

export const addListEntry: Handler<'POST /api/v1/lists'> = async ({ body }, desk, call) => {
  const { kind, site, reason, ttl_s } = body
  demandSite(site, await knownSites(desk))
  const network = listNetwork(body.network, kind, await protectedBy(desk))
  const now_ms = desk.clock.now()
  const at = new Date(now_ms).toISOString()
  const entry: ListEntry = {
    ...{ id: uuidv7(now_ms), kind, network, site, reason },
    origin: 'operator',
    created_by: actorName(call.who),
    created_at: at,
    expires_at: ttl_s === null ? null : new Date(now_ms + ttl_s * 1000).toISOString(),
  }
  const done = await desk.recordWith(
    call,
    (added: ListEntry) => ({
      action: 'lists.add',
      subject: `${kind} ${network}`,
      details: { id: added.id, site, reason: added.reason, expires_at: added.expires_at },
    }),
    async (db) => {
      const added = await addEntry(db, entry)
      return added.kind === 'recently_removed' ? entry : added.entry
    },
  )
  desk.onListsChanged()
  const by = entry.created_by
  desk.log.event('list.added', { list: kind, network, site, by, origin: 'operator', reason })
  return done
}

export const replaceLists: Handler<'PUT /api/v1/lists'> = async ({ body }, desk, call) => {
  const others = await protectedBy(desk)
  const now_ms = desk.clock.now()
  const at = new Date(now_ms).toISOString()
  const by = actorName(call.who)
  const entries = new Map<string, ListEntry>()
  const parts: { path: string; message: string }[] = []
  const is_site = await knownSites(desk)
  body.entries.forEach(({ kind, network: written, site, reason, expires_at }, i) => {
    try {
      demandSite(site, is_site)
      const network = listNetwork(written, kind, others)
      const key = JSON.stringify([kind, network, site])
      if (entries.has(key)) {
        parts.push({ path: `body.entries.${i}`, message: `${kind} ${network} stands above` })
      }
      entries.set(key, {
        ...{ id: uuidv7(now_ms), kind, network, site, reason, origin: 'file' },
        ...{ created_by: by, created_at: at },
        expires_at: expires_at === null ? null : new Date(expires_at).toISOString(),
      })
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      const field = error.code === 'policy.no_site' ? 'site' : 'network'
      parts.push({ path: `body.entries.${i}.${field}`, message: error.message })
    }
  })
  if (parts.length > 0) {
    throw policyFaults.invalid_input({ count: parts.length }, { cause: new Parts(parts) })
  }
  // What is over already would only come and go.
  const wanted = [...entries.values()].filter((entry) => (entry.expires_at ?? '~') > at)
  const done = await desk.recordWith(
    call,
    (counts: { added: number; removed: number }) => ({
      action: 'lists.replace',
      subject: 'entries of the file',
      details: counts,
    }),
    (db) => replaceFileEntries(db, wanted, { by, at }),
  )
  if (done.added + done.removed > 0) desk.onListsChanged()
  return done
}

export const removeListEntry: Handler<'DELETE /api/v1/lists/{id}'> = async (
  { params },
  desk,
  call,
) => {
  const end = { by: actorName(call.who), at: nowOf(desk) }
  const removed = await desk.recordWith(
    call,
    (entry: ListEntry) => ({
      action: 'lists.remove',
      subject: `${entry.kind} ${entry.network}`,
      details: { id: entry.id, site: entry.site, origin: entry.origin },
    }),
    async (db) => {
      const entry = await removeEntry(db, params.id, end)
      if (!entry) throw policyFaults.not_found({ what: 'an entry of this id' })
      return entry
    },
  )
  desk.onListsChanged()
  const { kind, network, site, origin } = removed
  desk.log.event('list.removed', { list: kind, network, site, origin, by: end.by })
  return undefined
}

/** So many names are told. */
const sites_told = 10

/** Sites of the newest commit, also when it was made a moment ago; before the first, those of the settings file. */
async function knownSites(desk: Desk): Promise<ReadonlySet<string>> {
  const head = await desk.publish.history.head()
  const committed = head?.document['sites'] as readonly { readonly name: string }[] | undefined
  return new Set((committed ?? desk.sites()).map((one) => one.name))
}

/** A name that no site has would keep nobody out. @throws policy.no_site */
function demandSite(site: string, known: ReadonlySet<string>): void {
  if (site === '' || known.has(site)) return
  const names = [...known].slice(0, sites_told).join(', ')
  const more = known.size > sites_told ? `, and ${known.size - sites_told} more` : ''
  throw policyFaults.no_site({ site, known: known.size === 0 ? 'none' : `${names}${more}` })
}

/** Whoever denies one of these takes the cluster or its proxies away from itself. */
async function protectedBy(desk: Desk): Promise<Protected[]> {
  const nodes = await listClusterNodes(desk.database)
  return [
    ...protectedNodes(nodes.filter((node) => node.revoked_at === null)),
    ...(desk.trusted_proxies?.() ?? []).map((network) => ({ network, what: 'a trusted proxy' })),
  ]
}

function nowOf(desk: Desk): string {
  return new Date(desk.clock.now()).toISOString()
}
