/** Second factors of users. Secrets are sealed before they come here. */
import type { Database } from './database.ts'

/** A secret that counts only once it is confirmed; one that waited before is replaced. */
export async function setPendingTotp(
  db: Database,
  user_id: string,
  pending: { readonly totp_pending: string; readonly totp_pending_at: string },
): Promise<void> {
  await db.kysely.updateTable('users').set(pending).where('id', '=', user_id).execute()
  await db.durable()
}

/**
 * The waiting secret counts from now on, its first code is used. False when another waits by now, or none: somebody was
 * faster.
 */
export async function confirmTotp(
  db: Database,
  user_id: string,
  confirmed: { readonly totp_secret: string; readonly totp_used_step: number },
): Promise<boolean> {
  const { numUpdatedRows } = await db.kysely
    .updateTable('users')
    .set({ ...confirmed, totp_pending: null, totp_pending_at: null })
    .where('id', '=', user_id)
    .where('totp_pending', '=', confirmed.totp_secret)
    .where('totp_secret', 'is', null)
    .executeTakeFirst()
  await db.durable()
  return numUpdatedRows === 1n
}

/** False when the code of this step, or of a later one, was used before: also of two calls at once one gets true. */
export async function spendTotpStep(db: Database, user_id: string, step: number): Promise<boolean> {
  const { numUpdatedRows } = await db.kysely
    .updateTable('users')
    .set({ totp_used_step: step })
    .where('id', '=', user_id)
    .where((where) =>
      where.or([where('totp_used_step', 'is', null), where('totp_used_step', '<', step)]),
    )
    .executeTakeFirst()
  await db.durable()
  return numUpdatedRows === 1n
}

export async function removeTotp(db: Database, user_id: string): Promise<void> {
  const nothing = {
    totp_secret: null,
    totp_pending: null,
    totp_pending_at: null,
    totp_used_step: null,
  }
  await db.kysely.updateTable('users').set(nothing).where('id', '=', user_id).execute()
  await db.durable()
}
