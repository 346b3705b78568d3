/** PostgreSQL is stopped for a minute under load and comes back: no hit is lost, none is stored twice. */
import { setTimeout as delay } from 'node:timers/promises'
import {
  everyBlockedAttackIsStoredOnce,
  honestRequestsWereAnswered,
  noRequestWasLost,
} from '../invariants.ts'
import { privatePostgres } from '../postgres.ts'
import type { Scenario } from '../scenario.ts'
import { traffic } from '../traffic.ts'

const gone_s = Number(process.env['GATEHOUSE_LAB_GONE_S'] ?? 60)
let postgres: Awaited<ReturnType<typeof privatePostgres>> | undefined

export const databaseGone: Scenario = {
  name: 'database-gone',
  async prepare() {
    const database = await privatePostgres()
    postgres = database
    return {
      options: { env: { DATABASE_URL: database.url } },
      [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
    }
  },
  async run(world) {
    if (!postgres) throw new Error('prepare() did not run')
    await world.start()
    const load = traffic({ port: world.port, clients: 3, attack_every: 3, pause_ms: 20 })
    await delay(2000)
    await postgres.stop('immediate')
    await delay(gone_s * 1000)
    const { deferred } = await world.status()
    await postgres.start()
    await delay(2000)
    const outcomes = await load.stop()
    noRequestWasLost(outcomes)
    honestRequestsWereAnswered(outcomes)
    const { stored } = await everyBlockedAttackIsStoredOnce(world, outcomes, 60_000)
    return { requests: outcomes.length, hits_stored: stored, waited_in_spool_max: deferred }
  },
}
