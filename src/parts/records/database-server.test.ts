import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { listAttacks } from './attacks.ts'
import { type Database, openDatabase } from './database.ts'
import { storeRecords } from './hits.ts'
import { postgresServer, type TestServer } from './postgres.support.ts'
import { floodOfHits, testWorld } from './records.support.ts'

let server: TestServer
before(async () => {
  server = await postgresServer()
})
after(() => server[Symbol.asyncDispose]())

const gap = { gap_ms: 3_600_000 }
const open = () => openDatabase({ kind: 'postgres', url: server.url }, testWorld())

/** Tries what `call` does until the database is there. */
async function whenThere<T>(call: () => Promise<T>): Promise<T> {
  const limit = AbortSignal.timeout(60_000)
  for (;;) {
    limit.throwIfAborted()
    try {
      return await call()
    } catch (error) {
      assert.equal((error as { code?: string }).code, 'records.unavailable')
      await testWorld().clock.sleep(20)
    }
  }
}

async function countOf(db: Database): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*) as n from hits`.execute(db.kysely)
  return rows[0]?.n ?? -1
}

test('a server that is away at the start is waited for, and says so meanwhile', async () => {
  await server.stop('fast')
  await using db = await open()
  await assert.rejects(countOf(db), { code: 'records.unavailable' })
  assert.notEqual(db.trouble(), undefined)
  await server.start()
  assert.equal(await whenThere(() => countOf(db)), 0)
  assert.equal(db.trouble(), undefined)
})

test('two processes that start at once on an empty server both get the tables', async () => {
  await using one = await open()
  await using two = await open()
  assert.equal(await whenThere(() => countOf(one)), 0)
  assert.equal(await whenThere(() => countOf(two)), 0)
})

test('records stored while the server crashes again and again are there once each', async () => {
  await using db = await open()
  const hits = floodOfHits(2_000)
  let is_done = false
  const crashes = (async () => {
    for (let i = 0; i < 4 && !is_done; i++) {
      await testWorld().clock.sleep(30 + i * 40)
      await server.stop('immediate')
      await server.start()
    }
  })()
  for (let i = 0; i < hits.length; i += 20) {
    const records = hits.slice(i, i + 20).map((hit) => ({ kind: 'hit' as const, hit }))
    const answer = await whenThere(() => storeRecords(db, records, gap))
    assert.equal(answer.stored + answer.duplicates, 20)
  }
  is_done = true
  await crashes
  assert.equal(await whenThere(() => countOf(db)), 2_000)
  let sum = 0
  let cursor: string | undefined
  do {
    const page = await listAttacks(db, {}, { limit: 200, cursor })
    for (const attack of page.items) sum += attack.hits
    cursor = page.next_cursor ?? undefined
  } while (cursor !== undefined)
  assert.equal(sum, 2_000)
})

test('a server that refuses us is unavailable, not a bug', async () => {
  const url = server.url.replace('/postgres?', '/no_such_database?')
  await using db = await openDatabase({ kind: 'postgres', url }, testWorld())
  await assert.rejects(countOf(db), { code: 'records.unavailable' })
})

test('closing does not wait for a server that is away', async () => {
  await server.stop('fast')
  const db = await open()
  await db[Symbol.asyncDispose]()
  await server.start()
  await assert.rejects(countOf(db), { code: 'records.unavailable', message: /closed/ })
})
