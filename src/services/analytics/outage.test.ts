import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { IntakeAnswer } from '#model/intake.ts'
import { listAttacks } from '#parts/records/attacks.ts'
import { openDatabase } from '#parts/records/database.ts'
import { postgresServer, type TestServer } from '#parts/records/postgres.support.ts'
import { floodOfHits, noonPlus } from '#parts/records/records.support.ts'
import { hitRecord, testAnalytics } from './analytics.support.ts'

let server: TestServer
before(async () => {
  server = await postgresServer()
})
after(() => server[Symbol.asyncDispose]())

test('while the database is away senders are told to come again, and then nothing is lost or doubled', async () => {
  const { url } = server
  await using analytics = await testAnalytics((world) =>
    openDatabase({ kind: 'postgres', url }, world),
  )
  const { clock } = analytics.world
  let refused = 0
  /** What the courier does: the same batch until it is answered. */
  const deliver = async (records: readonly unknown[]): Promise<IntakeAnswer> => {
    const limit = AbortSignal.timeout(60_000)
    for (;;) {
      limit.throwIfAborted()
      const response = await analytics.post('/v1/records', { node: 'n1', version: '1', records })
      if (response.status === 200) return (await response.json()) as IntakeAnswer
      assert.equal(response.status, 503)
      assert.equal(response.headers.get('retry-after'), '1')
      assert.equal(((await response.json()) as { code: string }).code, 'records.unavailable')
      refused += 1
      await clock.sleep(20)
    }
  }
  await deliver([hitRecord(noonPlus(0), { target: 'first' })])
  const refused_before = refused
  await server.stop('immediate')
  const waiting = deliver([hitRecord(noonPlus(1), { target: 'while away' })])
  await clock.sleep(100)
  await server.start()
  assert.deepEqual(await waiting, { stored: 1, rejected: [] })
  assert.ok(refused > refused_before)

  const records = floodOfHits(400).map((hit) => ({ kind: 'hit', hit }))
  const batches = Array.from({ length: 20 }, (_, i) => records.slice(i * 20, i * 20 + 20))
  const crash = (async () => {
    await server.stop('immediate')
    await server.start()
  })()
  for (const batch of batches) {
    assert.deepEqual(await deliver(batch), { stored: 20, rejected: [] })
  }
  await crash
  const hits = await Promise.all([
    listAttacks(analytics.database, { target: 'page' }, { limit: 200 }),
    listAttacks(analytics.database, { target: 'away' }, { limit: 200 }),
  ])
  const sum = (page: (typeof hits)[number]) => page.items.reduce((n, attack) => n + attack.hits, 0)
  assert.deepEqual(hits.map(sum), [400, 1])
})
