/** The request that somebody means: by its own id, by that of one of its hits, or by that of an attack, whose newest hit counts. */
import { getAttack } from '#parts/records/attacks.ts'
import type { Database } from '#parts/records/database.ts'
import { getHit } from '#parts/records/hits.ts'

/** The id itself when nothing of this name is recorded. */
export async function requestNamed(database: Database, id: string): Promise<string> {
  const hit = await getHit(database, id)
  if (hit) return hit.request_id
  const attack = await getAttack(database, id)
  const last = attack && (await getHit(database, attack.last_hit_id))
  return last?.request_id ?? id
}
