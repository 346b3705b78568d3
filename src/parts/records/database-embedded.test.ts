import assert from 'node:assert/strict'
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { sql } from 'kysely'
import { type Database, openDatabase } from './database.ts'
import { testWorld } from './records.support.ts'

const root = await mkdtemp(join(tmpdir(), 'gatehouse-embedded-'))
after(() => rm(root, { recursive: true, force: true }))

/** One cluster for all tests: making one takes seconds. */
const dir = join(root, 'db')
const open = (): Promise<Database> => openDatabase({ kind: 'embedded', dir }, testWorld())

async function countOf(db: Database): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*) as n from hits`.execute(db.kysely)
  return rows[0]?.n ?? -1
}

test('a death in the middle of making the cluster does not stop the next start', async () => {
  mkdirSync(join(dir, 'pgdata.new', 'base'), { recursive: true })
  writeFileSync(join(dir, 'pgdata.new', 'PG_VERSION'), '18')
  await using db = await open()
  assert.equal(await countOf(db), 0)
  assert.equal(existsSync(join(dir, 'pgdata.new')), false)
  assert.equal(statSync(join(dir, 'pgdata')).mode & 0o077, 0)
})

test('a second process on the same directory is told who has it', async () => {
  await using db = await open()
  await assert.rejects(open(), {
    code: 'records.in_use',
    message: `Cannot open the database in "${dir}": process ${process.pid} is using it`,
  })
  assert.equal(await countOf(db), 0)
})

test('a closed database refuses calls, and another may open it', async () => {
  const db = await open()
  await db[Symbol.asyncDispose]()
  await assert.rejects(countOf(db), { code: 'records.unavailable' })
  await using again = await open()
  assert.equal(again.trouble(), undefined)
})

test('closing ends all calls: who has the connection may finish, who waits for it is refused', async () => {
  const db = await open()
  const begun = Promise.withResolvers<void>()
  const goes_on = Promise.withResolvers<void>()
  const holder = db.kysely.transaction().execute(async (trx) => {
    await sql`select 1`.execute(trx)
    begun.resolve()
    await goes_on.promise
    return (await sql<{ n: number }>`select 7 as n`.execute(trx)).rows[0]?.n
  })
  await begun.promise
  const waiting = [countOf(db), db.maintain(), countOf(db)]
  const closing = db[Symbol.asyncDispose]()
  for (const call of [...waiting, countOf(db)]) {
    await assert.rejects(call, { code: 'records.unavailable', message: /it is closed/ })
  }
  goes_on.resolve()
  assert.equal(await holder, 7)
  await closing
  await assert.rejects(db.maintain(), { code: 'records.unavailable' })
})

test('a directory that cannot be made is a fault that names it', async () => {
  const file = join(root, 'file')
  writeFileSync(file, '')
  await assert.rejects(openDatabase({ kind: 'embedded', dir: join(file, 'db') }, testWorld()), {
    code: 'records.no_access',
    message: /file\/db/,
  })
})

test('a directory that holds no cluster we can open is a fault that says what to do', async () => {
  const bad = join(root, 'bad')
  mkdirSync(join(bad, 'pgdata'), { recursive: true })
  writeFileSync(join(bad, 'pgdata', 'PG_VERSION'), '9\n')
  await assert.rejects(openDatabase({ kind: 'embedded', dir: bad }, testWorld()), {
    code: 'records.broken',
    message: /move the directory away/,
  })
})
