/** Invitations: single-use tokens, kept as hashes, each good for one node. */
import type { InviteView } from '#model/invite.ts'
import type { NodeRole } from '#model/node-role.ts'
import { type NewNode, revokeNamesakes, rowOf } from './cluster-nodes.ts'
import type { Database } from './database.ts'
import { refusingBadValues } from './engine/bad-value.ts'
import { isUuid } from './engine/text.ts'
import { within } from './engine/within.ts'

export type StoredInvite = {
  readonly id: string
  readonly token_hash: string
  readonly roles: readonly NodeRole[]
  readonly group: string
  readonly created_by: string
  readonly created_at: string
  readonly expires_at: string
  readonly withdrawn_at: string | null
  readonly used_at: string | null
  /** The node that used it. */
  readonly node_id: string | null
  readonly node: string
  /** SHA-256 of the request it was used with: the same machine may ask again when the answer was lost. */
  readonly csr_hash: string
}

export type NewInvitation = Pick<
  StoredInvite,
  'id' | 'token_hash' | 'roles' | 'group' | 'created_by' | 'created_at' | 'expires_at'
>

/** Ended invitations are shown for so long. */
const shown_ms = 30 * 86_400_000
const listed_max = 500

export async function createInvite(db: Database, invite: NewInvitation): Promise<void> {
  const ended = new Date(Date.parse(invite.created_at) - shown_ms).toISOString()
  await db.kysely.deleteFrom('invites').where('expires_at', '<', ended).execute()
  const none = { withdrawn_at: null, used_at: null, node_id: null, node: '', csr_hash: '' }
  const roles = JSON.stringify(invite.roles)
  await refusingBadValues(() =>
    db.kysely
      .insertInto('invites')
      .values({ ...invite, roles, ...none })
      .execute(),
  )
  await db.durable()
}

export async function countOpenInvites(db: Database, now: string): Promise<number> {
  const row = await db.kysely
    .selectFrom('invites')
    .select((column) => column.fn.countAll<number>().as('count'))
    .where('used_at', 'is', null)
    .where('withdrawn_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirstOrThrow()
  return row.count
}

export async function findInvite(
  db: Database,
  token_hash: string,
): Promise<StoredInvite | undefined> {
  const rows = db.kysely.selectFrom('invites').selectAll().where('token_hash', '=', token_hash)
  return (await rows.executeTakeFirst()) as StoredInvite | undefined
}

/** Newest first, without their secrets. */
export async function listInvites(db: Database, now: string): Promise<InviteView[]> {
  const rows = (await db.kysely
    .selectFrom('invites')
    .selectAll()
    .orderBy('created_at', 'desc')
    .limit(listed_max)
    .execute()) as StoredInvite[]
  return rows.map((row) => ({
    id: row.id,
    roles: [...row.roles],
    group: row.group,
    created_by: row.created_by,
    created_at: row.created_at,
    expires_at: row.expires_at,
    state: stateOf(row, now),
    node: row.node,
  }))
}

export function stateOf(invite: StoredInvite, now: string): InviteView['state'] {
  if (invite.used_at !== null) return 'used'
  if (invite.withdrawn_at !== null) return 'withdrawn'
  return invite.expires_at <= now ? 'expired' : 'open'
}

/** False when there is no such invitation that is still open. */
export async function withdrawInvite(db: Database, id: string, at: string): Promise<boolean> {
  if (!isUuid(id)) return false
  const result = await db.kysely
    .updateTable('invites')
    .set({ withdrawn_at: at })
    .where('id', '=', id)
    .where('used_at', 'is', null)
    .where('withdrawn_at', 'is', null)
    .where('expires_at', '>', at)
    .executeTakeFirst()
  await db.durable()
  return result.numUpdatedRows === 1n
}

/**
 * Uses the invitation and puts the node on the list, both or neither: of two that try at once one gets `not_open`.
 * `name_taken` leaves the invitation as it was. Who had the name before and is off the list is cut off: else two would speak
 * under one name.
 */
export async function redeemInvite(
  db: Database,
  use: {
    readonly token_hash: string
    readonly csr_hash: string
    readonly at: string
    readonly node: NewNode
  },
): Promise<'redeemed' | 'not_open' | 'name_taken'> {
  const { token_hash, csr_hash, at, node } = use
  const taken = Symbol('name taken')
  try {
    const result = await refusingBadValues(() =>
      within(db, async (trx) => {
        const used = await trx
          .updateTable('invites')
          .set({ used_at: at, node_id: node.id, node: node.name, csr_hash })
          .where('token_hash', '=', token_hash)
          .where('used_at', 'is', null)
          .where('withdrawn_at', 'is', null)
          .where('expires_at', '>', at)
          .executeTakeFirst()
        if (used.numUpdatedRows === 0n) return 'not_open' as const
        const added = await trx
          .insertInto('cluster_nodes')
          .values(rowOf(node))
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirst()
        // Thrown, so that the transaction is undone.
        if (added.numInsertedOrUpdatedRows === 0n) throw taken
        await revokeNamesakes(trx, node, at)
        return 'redeemed' as const
      }),
    )
    if (result === 'redeemed') await db.durable()
    return result
  } catch (error) {
    if (error === taken) return 'name_taken'
    throw error
  }
}
