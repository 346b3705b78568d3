/** The registry: which nodes are in the cluster, under which names, and how each was when last heard of. */
import { type Kysely, sql } from 'kysely'
import type { NodeRole } from '#model/node-role.ts'
import type { Database } from './database.ts'
import { refusingBadValues } from './engine/bad-value.ts'
import { hasNul, isUuid } from './engine/text.ts'
import { within } from './engine/within.ts'
import { nextListsRevision } from './lists-revision.ts'
import type { Tables } from './tables.ts'

/** What a node last told of itself, for whoever asks while it is away. */
export type NodeState = {
  readonly bundle_id: string
  readonly revision: number
  readonly took_ms: number | null
  readonly refusal: {
    readonly bundle_id: string
    readonly code: string
    readonly message: string
  } | null
  readonly lists_revision: number
  readonly clock_skew_ms: number
  /** Highest revision that it says it ever ran; rows of before have none. */
  readonly revision_floor?: number
  /** Address that its newest line came from, not what it says of itself; rows of before have none. */
  readonly seen_from?: string
}

export type ClusterNode = {
  readonly id: string
  readonly name: string
  readonly roles: readonly NodeRole[]
  readonly group: string
  readonly address: string
  readonly version: string
  readonly protocol: number
  readonly joined_at: string
  readonly certificate_expires_at: string
  readonly last_connection_at: string | null
  /** Its certificate no longer counts. */
  readonly revoked_at: string | null
  /** Off the list; comes back by itself when it connects. */
  readonly removed_at: string | null
  /** Null before it was heard of. */
  readonly state: NodeState | null
}

export type NewNode = Omit<
  ClusterNode,
  'last_connection_at' | 'revoked_at' | 'removed_at' | 'state'
>

/** The columns of a new row. */
export function rowOf(node: NewNode) {
  const roles = JSON.stringify(node.roles)
  const none = { last_connection_at: null, revoked_at: null, removed_at: null, state: null }
  return { ...node, roles, ...none }
}

/**
 * Puts a node that founded the cluster on the list, or brings its line up to date. Its group stays as it is. Whoever has
 * its name is of a cluster that was here before, and makes room.
 */
export async function upsertNode(db: Database, node: NewNode): Promise<void> {
  const { id, roles, name, address, version, protocol, certificate_expires_at } = rowOf(node)
  await refusingBadValues(() =>
    within(db, async (trx) => {
      await trx
        .updateTable('cluster_nodes')
        .set({ removed_at: node.joined_at })
        .where(sql`lower(name)`, '=', name.toLowerCase())
        .where('id', '<>', id)
        .where('removed_at', 'is', null)
        .execute()
      await trx
        .insertInto('cluster_nodes')
        .values(rowOf(node))
        .onConflict((conflict) =>
          conflict.column('id').doUpdateSet({
            ...{ roles, name, address, version, protocol, certificate_expires_at },
            removed_at: null,
          }),
        )
        .execute()
    }),
  )
  await db.durable()
}

export async function getNodeById(db: Database, id: string): Promise<ClusterNode | undefined> {
  if (!isUuid(id)) return undefined
  const rows = db.kysely.selectFrom('cluster_nodes').selectAll().where('id', '=', id)
  return (await rows.executeTakeFirst()) as ClusterNode | undefined
}

/** The node that the name belongs to now, in whatever case it is written. */
export async function findNodeByName(db: Database, name: string): Promise<ClusterNode | undefined> {
  if (hasNul([name])) return undefined
  const rows = db.kysely
    .selectFrom('cluster_nodes')
    .selectAll()
    .where(sql`lower(name)`, '=', name.toLowerCase())
    .where('revoked_at', 'is', null)
    .where('removed_at', 'is', null)
  return (await rows.executeTakeFirst()) as ClusterNode | undefined
}

/** All rows by name, also of nodes that are revoked or off the list. */
export async function listClusterNodes(db: Database): Promise<ClusterNode[]> {
  const rows = db.kysely.selectFrom('cluster_nodes').selectAll().orderBy('name').orderBy('id')
  return (await rows.execute()) as ClusterNode[]
}

/** False when there is no such node or it was cut off before. The lists get a new revision, which tells all nodes. */
export async function revokeNode(db: Database, id: string, at: string): Promise<boolean> {
  if (!isUuid(id)) return false
  const is_done = await within(db, async (trx) => {
    const result = await trx
      .updateTable('cluster_nodes')
      .set({ revoked_at: at })
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .executeTakeFirst()
    if (result.numUpdatedRows === 0n) return false
    await nextListsRevision(trx)
    return true
  })
  await db.durable()
  return is_done
}

/** Cuts off all others that had this name and left it: within the transaction that gives it to `node`. */
export async function revokeNamesakes(
  trx: Kysely<Tables>,
  node: Pick<ClusterNode, 'id' | 'name'>,
  at: string,
): Promise<void> {
  const result = await trx
    .updateTable('cluster_nodes')
    .set({ revoked_at: at })
    .where(sql`lower(name)`, '=', node.name.toLowerCase())
    .where('id', '<>', node.id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  if (result.numUpdatedRows > 0n) await nextListsRevision(trx)
}

/** Ids of nodes that were cut off and whose certificates may still be taken for valid somewhere. */
export async function revokedNodes(db: Database, now: string): Promise<string[]> {
  const ended_before = new Date(Date.parse(now) - remembered_ms).toISOString()
  const rows = await db.kysely
    .selectFrom('cluster_nodes')
    .select('id')
    .where('revoked_at', 'is not', null)
    .where('certificate_expires_at', '>', ended_before)
    .orderBy('id')
    .execute()
  return rows.map((row) => row.id)
}

/** Takes a node off the list; false when there is none on it. */
export async function removeNode(db: Database, id: string, at: string): Promise<boolean> {
  if (!isUuid(id)) return false
  const result = await db.kysely
    .updateTable('cluster_nodes')
    .set({ removed_at: at })
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .executeTakeFirst()
  await db.durable()
  return result.numUpdatedRows === 1n
}

/** A node that was off the list is back. False when it is revoked, or another one has its name now. */
export async function restoreNode(db: Database, id: string): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update cluster_nodes n set removed_at = null
    where n.id = ${id} and n.revoked_at is null and not exists (
      select 1 from cluster_nodes o where o.id <> n.id and lower(o.name) = lower(n.name)
      and o.revoked_at is null and o.removed_at is null)`.execute(db.kysely)
  return numAffectedRows === 1n
}

/** False when there is no such node. */
export async function setNodeGroup(db: Database, id: string, group: string): Promise<boolean> {
  if (!isUuid(id)) return false
  const result = await refusingBadValues(() =>
    db.kysely
      .updateTable('cluster_nodes')
      .set({ group })
      .where('id', '=', id)
      .where('removed_at', 'is', null)
      .executeTakeFirst(),
  )
  await db.durable()
  return result.numUpdatedRows === 1n
}

export async function setCertificateEnd(db: Database, id: string, at: string): Promise<void> {
  await db.kysely
    .updateTable('cluster_nodes')
    .set({ certificate_expires_at: at })
    .where('id', '=', id)
    .execute()
}

/** What was heard of a node since the last time. */
export async function saveNodeState(
  db: Database,
  id: string,
  heard: Pick<ClusterNode, 'address' | 'version' | 'protocol' | 'last_connection_at' | 'state'>,
): Promise<void> {
  const { address, version, protocol, last_connection_at } = heard
  const state = JSON.stringify(heard.state)
  await refusingBadValues(() =>
    db.kysely
      .updateTable('cluster_nodes')
      .set({ address, version, protocol, last_connection_at, state })
      .where('id', '=', id)
      .execute(),
  )
}

/**
 * So far above the newest commit a node's word is taken: what lies between was lost with a database that came back from an
 * old copy. Without a limit one stolen node could use up all revisions there are.
 */
export const revisions_lost_max = 10_000

/** The highest revision that any node which counts says it ever ran, of those up to `revision_max`; 0 when none did. */
export async function revisionFloor(db: Database, revision_max: number): Promise<number> {
  const floor = sql<number>`(state->>'revision_floor')::bigint`
  const row = await db.kysely
    .selectFrom('cluster_nodes')
    .select(sql<number | null>`max(${floor})`.as('floor'))
    .where('revoked_at', 'is', null)
    .where(floor, '<=', revision_max)
    .executeTakeFirst()
  return row?.floor ?? 0
}

/**
 * What is known of a node outlives its certificate by so much: a clock of ours that jumps ahead must not forget who was
 * cut off and would be believed again once the clock is right.
 */
export const remembered_ms = 30 * 86_400_000

/** Forgets nodes that are off the list and whose certificate ended long ago: nothing of them can come back. */
export async function forgetNodes(db: Database, now: string): Promise<void> {
  const ended_before = new Date(Date.parse(now) - remembered_ms).toISOString()
  await db.kysely
    .deleteFrom('cluster_nodes')
    .where('removed_at', 'is not', null)
    .where('certificate_expires_at', '<', ended_before)
    .execute()
}
