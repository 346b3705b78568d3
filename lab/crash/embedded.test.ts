import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { sql } from 'kysely'
import { execOk } from '#parts/host/exec.ts'
import { type Database, openDatabase } from '#parts/records/database.ts'
import { storeRecords } from '#parts/records/hits.ts'
import { floodOfHits, testWorld } from '#parts/records/records.support.ts'

const root = await mkdtemp(join(tmpdir(), 'gatehouse-embedded-'))
after(() => rm(root, { recursive: true, force: true }))

/** One cluster for all tests: making one takes seconds. */
const dir = join(root, 'db')
const open = (): Promise<Database> => openDatabase({ kind: 'embedded', dir }, testWorld())

async function countOf(db: Database): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*) as n from hits`.execute(db.kysely)
  return rows[0]?.n ?? -1
}

test('what is committed survives kill -9 of its process, again and again', async () => {
  let stored = 0
  for (const batches of [1, 4, 2]) {
    const script = join(import.meta.dirname, 'embedded-writer.ts')
    const writer = spawn(process.execPath, [script, dir], { stdio: ['ignore', 'pipe', 'inherit'] })
    const dead = once(writer, 'exit')
    let seen = 0
    for await (const line of createInterface({ input: writer.stdout })) {
      stored += Number(line)
      if (++seen >= batches) writer.kill('SIGKILL')
    }
    await dead
    await using db = await open()
    const count = await countOf(db)
    // One batch may be committed whose word did not get out any more.
    assert.ok(count === stored || count === stored + 50, `${count} of ${stored}`)
    stored = count
  }
})

test('the log of the cluster does not grow with every write', async () => {
  await using db = await open()
  const hits = floodOfHits(4_000).map((hit) => ({
    ...hit,
    request: { ...hit.request, body: Buffer.from(hit.value.repeat(400)).toString('hex') },
  }))
  for (let i = 0; i < hits.length; i += 500) {
    const records = hits.slice(i, i + 500).map((hit) => ({ kind: 'hit' as const, hit }))
    await storeRecords(db, records, { gap_ms: 3_600_000 })
  }
  await db.maintain()
  const wal = join(dir, 'pgdata', 'pg_wal')
  const files = readdirSync(wal, { withFileTypes: true }).filter((entry) => entry.isFile())
  const size_bytes = files.reduce((sum, { name }) => sum + statSync(join(wal, name)).size, 0)
  assert.ok(size_bytes < 160 * 1024 ** 2, `${size_bytes} bytes`)
})

test('a full disk refuses writes, loses nothing, and ends when there is room again', {
  skip: process.getuid?.() === 0 ? false : 'needs root to mount a small tmpfs',
}, async () => {
  const tiny = join(root, 'tiny')
  mkdirSync(tiny)
  const limits = { timeout_ms: 10_000 }
  await execOk(['mount', '-t', 'tmpfs', '-o', 'size=160m', 'none', tiny], limits)
  try {
    await using db = await openDatabase({ kind: 'embedded', dir: join(tiny, 'db') }, testWorld())
    const ballast = join(tiny, 'ballast')
    let stored = 0
    const storeSome = async () => {
      const records = floodOfHits(500).map((hit) => ({ kind: 'hit' as const, hit }))
      stored += (await storeRecords(db, records, { gap_ms: 3_600_000 })).stored
    }
    await storeSome()
    const { bavail, bsize } = statfsSync(tiny)
    writeFileSync(ballast, Buffer.alloc(bavail * bsize))
    await assert.rejects(
      async () => {
        for (let i = 0; i < 200; i++) await storeSome()
      },
      { code: 'records.unavailable' },
    )
    rmSync(ballast)
    const limit = AbortSignal.timeout(60_000)
    for (let is_back = false; !is_back; ) {
      limit.throwIfAborted()
      try {
        await storeSome()
        is_back = true
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'records.unavailable')
        await testWorld().clock.sleep(50)
      }
    }
    assert.equal(await countOf(db), stored)
    assert.equal(db.trouble(), undefined)
  } finally {
    await execOk(['umount', '-l', tiny], limits)
  }
})

test('an engine that died is opened again, and calls in between say so', async () => {
  await using db = await open()
  const before = await countOf(db)
  // PostgreSQL panics when it cannot write its log.
  const wal = join(dir, 'pgdata', 'pg_wal')
  renameSync(wal, `${wal}.away`)
  const write = async () => {
    await sql`select pg_switch_wal()`.execute(db.kysely)
    await sql`update changes set last = last + 1`.execute(db.kysely)
  }
  await assert.rejects(write, { code: 'records.unavailable' })
  await assert.rejects(countOf(db), { code: 'records.unavailable' })
  assert.notEqual(db.trouble(), undefined)
  rmSync(wal, { recursive: true, force: true })
  renameSync(`${wal}.away`, wal)
  const limit = AbortSignal.timeout(60_000)
  while (db.trouble() !== undefined) {
    limit.throwIfAborted()
    await testWorld().clock.sleep(50)
  }
  assert.equal(await countOf(db), before)
})
