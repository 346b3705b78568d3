/** Keeps the database in shape: forgets what is too old, and does the chores nobody else does for an embedded one. */
import { Fault } from '#base/fault.ts'
import type { World } from '#base/service.ts'
import type { Database } from '#parts/records/database.ts'
import { forgetEvents } from '#parts/records/events.ts'
import { forgetEnded } from '#parts/records/ip-lists.ts'
import { deleteOlderThan } from '#parts/records/retention.ts'
import type { AnalyticsSettings } from './settings.ts'

const minute_ms = 60_000
const hour_ms = 60 * minute_ms
const day_ms = 24 * hour_ms

/** Charts of an hour need rows of 10 s; older ones are read in steps of 5 min at least. */
const fine_traffic_ms = 7 * day_ms

/** A batch that was stored but never acknowledged comes again within this, or its traffic counts twice. */
const samples_ms = 3 * day_ms

/** Entries of IP lists that ended are shown for so long. */
const ended_ms = 90 * day_ms

/** Runs every hour and forces the database to disk every minute, until disposed; the database may be away. */
export function retention(
  settings: AnalyticsSettings,
  database: Database,
  world: World,
): AsyncDisposable {
  const stop = new AbortController()
  const run = async () => {
    for (let minutes = 1; ; minutes++) {
      await world.clock.sleep(minute_ms, stop.signal)
      await tolerant(world, () => database.durable())
      if (minutes % 60 === 0)
        await tolerant(world, () => forget(settings, database, world, stop.signal))
    }
  }
  const running = run().catch((error: unknown) => {
    if (!stop.signal.aborted) throw error
  })
  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      await running
    },
  }
}

/** One round; exported for its test. */
export async function forget(
  settings: AnalyticsSettings,
  database: Database,
  world: World,
  signal: AbortSignal,
): Promise<void> {
  const now = world.clock.now()
  const before = (age_ms: number) => new Date(now - age_ms).toISOString()
  const started_ms = world.clock.elapsed()
  const deleted = await deleteOlderThan(
    database,
    {
      hits_before: before(settings.retention),
      traffic_before: before(settings.traffic_retention),
      fine_traffic_before: before(Math.min(fine_traffic_ms, settings.traffic_retention)),
      samples_before: before(samples_ms),
    },
    signal,
  )
  const events = await allOf(signal, () => forgetEvents(database, before(settings.retention)))
  const list_entries = await allOf(signal, () => forgetEnded(database, before(ended_ms)))
  await database.maintain()
  world.log.event('analytics.forgot', {
    ...{ ...deleted, events, list_entries },
    took_ms: world.clock.elapsed() - started_ms,
  })
}

/** A bounded batch at a time until nothing is left; how many. */
async function allOf(signal: AbortSignal, batch: () => Promise<number>): Promise<number> {
  let total = 0
  while (!signal.aborted) {
    const count = await batch()
    if (count === 0) break
    total += count
  }
  return total
}

/** A database that is away is tried again the next time. */
async function tolerant(world: World, chore: () => Promise<void>): Promise<void> {
  try {
    await chore()
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    world.log.trouble('analytics.not_kept', error)
  }
}
