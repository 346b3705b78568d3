import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { testClock } from '#base/clock.ts'
import { faults } from '#base/fault.ts'
import { listAttacks } from '#parts/records/attacks.ts'
import type { Database } from '#parts/records/database.ts'
import { noon_ms, testWorld } from '#parts/records/records.support.ts'
import { hitRecord, type TestAnalytics, withoutRecords } from './analytics.support.ts'
import { forget, retention } from './retention.ts'
import { AnalyticsSettings } from './settings.ts'

export function retentionSuite(shared: () => TestAnalytics): void {
  describe('retention', () => {
    const settings = AnalyticsSettings.parse({ retention: '30d' })
    const day_ms = 86_400_000

    test('after the days of retention an attack is gone, before it is not', async () => {
      const analytics = shared()
      const { database } = analytics
      await withoutRecords(database)
      const start_ms = noon_ms - 2 * day_ms
      await analytics.deliver([
        hitRecord(new Date(start_ms).toISOString(), { target: 'old' }),
        hitRecord(new Date(start_ms + day_ms).toISOString(), { target: 'new' }),
      ])
      const targets = async () =>
        (await listAttacks(database, {}, { limit: 9 })).items.map((attack) => attack.target)
      for (const [days, left] of [
        [29.9, ['new', 'old']],
        [30.1, ['new']],
        [31.1, []],
      ] as const) {
        const world = { ...testWorld(), clock: testClock(start_ms + days * day_ms) }
        await forget(settings, database, world, world.stop)
        assert.deepEqual(await targets(), left, `after ${days} days`)
      }
    })

    test('the database is forced to disk every minute, also after a minute in which it was away', async () => {
      const clock = testClock(0)
      let forced = 0
      const database = {
        durable: () => {
          forced += 1
          if (forced > 1) return Promise.resolve()
          return Promise.reject(faults('test', { away: () => 'Cannot: away' }).away(undefined))
        },
      } as Partial<Database> as Database
      await using _running = retention(settings, database, { ...testWorld(), clock })
      await clock.advance(60_000)
      await clock.advance(60_000)
      assert.equal(forced, 2)
    })
  })
}
