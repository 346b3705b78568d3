/** Forgets what is older than it may be, a bounded batch at a time, so that intake never waits long. */
import { type RawBuilder, sql } from 'kysely'
import type { Database } from './database.ts'
import { instant } from './engine/text.ts'

export type RetentionLimits = {
  /** Hits before this time, and attacks whose last hit is before it. */
  readonly hits_before: string
  readonly traffic_before: string
  /** Rows of 10 s; those of 5 min stay until `traffic_before`. */
  readonly fine_traffic_before: string
  /** Ids of traffic samples stored before this; a sample delivered again after that would count twice. */
  readonly samples_before: string
  /** Rows in one statement. */
  readonly batch?: number
}

export async function deleteOlderThan(
  db: Database,
  limits: RetentionLimits,
  signal?: AbortSignal,
): Promise<{ hits: number; attacks: number; traffic: number }> {
  const batch = limits.batch ?? 1_000
  const until = async (statement: RawBuilder<unknown>): Promise<number> => {
    let total = 0
    while (!signal?.aborted) {
      const { numAffectedRows } = await statement.execute(db.kysely)
      total += Number(numAffectedRows ?? 0)
      if (Number(numAffectedRows ?? 0) < batch) break
    }
    return total
  }
  const hits_before = instant(limits.hits_before)
  const hits = await until(sql`
    delete from hits where id in (select id from hits where at < ${hits_before} order by at limit ${batch})`)
  await until(sql`
    delete from attack_clients where (attack_id, client) in (
      select c.attack_id, c.client from attacks a join attack_clients c on c.attack_id = a.id
      where a.last_at < ${hits_before} limit ${batch})`)
  const attacks = await until(sql`
    delete from attacks where id in (
      select id from attacks where last_at < ${hits_before} order by last_at limit ${batch})`)
  const oldTraffic = (before: string, step: RawBuilder<unknown>) =>
    until(sql`
      delete from traffic where (step_s, at, site, node) in (
        select step_s, at, site, node from traffic
        where step_s in (${step}) and at < ${instant(before)} limit ${batch})`)
  const traffic =
    (await oldTraffic(limits.traffic_before, sql`10, 300`)) +
    (await oldTraffic(limits.fine_traffic_before, sql`10`))
  await until(sql`
    delete from traffic_samples where id in (
      select id from traffic_samples where stored_at < ${instant(limits.samples_before)}
      order by stored_at limit ${batch})`)
  return { hits, attacks, traffic }
}
