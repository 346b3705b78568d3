/** Commits, drafts and recorded requests, on every engine. */
import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { sql } from 'kysely'
import { uuidv7 } from '#base/id.ts'
import type { RecordedRequest } from '#model/replay.ts'
import { bundleOf, digest } from './commits.support.ts'
import {
  contentFile,
  contentFiles,
  getCommit,
  headRevision,
  insertCommit,
  lastImport,
  listCommits,
  newestCommit,
} from './commits.ts'
import type { Database } from './database.ts'
import { deleteDraft, getDraft, insertDraft, listDrafts, writeDraft } from './drafts.ts'
import { storeRecords } from './hits.ts'
import {
  insertRecorded,
  listAttacked,
  listRecorded,
  manySidedClients,
  pruneRecorded,
} from './recorded-requests.ts'
import { hitAt, noon_ms, noonPlus, unforced } from './records.support.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

const emptied = ['commits', 'content_files', 'drafts', 'file_imports', 'recorded_requests'] as const

export function policySuite(given: () => Database): void {
  describe('policy', () => {
    let db: Database
    const commit = (revision: number, own: string, also = {}, head = revision - 1) => {
      const files = new Map([
        ['policy.json', bytes(`{"n":${revision}}`)],
        ['rules/0001.conf', bytes(own)],
        ['rules/0002.conf', bytes('same in all\0\xff')],
      ])
      const bundle = bundleOf(revision, files)
      const document = { n: revision, text: 'a\0b \ud800' }
      return insertCommit(db, { bundle, document, changes: 2 }, files, head, also)
    }
    beforeEach(async () => {
      db = unforced(given())
      // Cheaper than truncate, which makes new files.
      for (const table of emptied) await db.kysely.deleteFrom(table).execute()
    })

    test('a commit is read back as it was stored, also what no column of text could hold', async () => {
      assert.equal(await newestCommit(db), undefined)
      assert.equal(await headRevision(db), 0)
      assert.ok(await commit(1, 'one'))
      assert.ok(await commit(2, 'two'))
      const newest = await newestCommit(db)
      assert.equal(newest?.bundle.head.revision, 2)
      assert.deepEqual(newest?.document, { n: 2, text: 'a\0b \ud800' })
      assert.deepEqual((await getCommit(db, 1))?.document['n'], 1)
      assert.equal(await getCommit(db, 3), undefined)
      const first = await listCommits(db, { limit: 1 })
      assert.deepEqual(
        first.items.map((row) => [row.revision, row.author, row.changes]),
        [[2, 'ada', 2]],
      )
      const second = await listCommits(db, { limit: 1, cursor: first.next_cursor ?? '' })
      assert.deepEqual([second.items[0]?.revision, second.next_cursor], [1, null])
      await assert.rejects(listCommits(db, { limit: 1, cursor: 'x' }), {
        code: 'records.bad_cursor',
      })
    })

    test('files are stored once, byte by byte', async () => {
      await commit(1, 'one')
      await commit(2, 'two')
      const rows = await db.kysely.selectFrom('content_files').select('sha256').execute()
      assert.equal(rows.length, 5)
      const newest = await newestCommit(db)
      assert.ok(newest)
      const files = await contentFiles(db, newest.bundle)
      assert.deepEqual(
        [...(files?.keys() ?? [])],
        newest.bundle.head.files.map((f) => f.path),
      )
      assert.deepEqual(
        Buffer.from(files?.get('rules/0002.conf') ?? []),
        Buffer.from(bytes('same in all\0\xff')),
      )
      assert.equal(await contentFile(db, 'f'.repeat(64)), undefined)
      assert.equal(await contentFile(db, "' or 1"), undefined)
    })

    test('of several commits at once on the same head one wins, and nothing of the others is kept', async () => {
      await commit(1, 'one')
      const won = await Promise.all(['a', 'b', 'c', 'd'].map((text) => commit(2, text)))
      assert.deepEqual(won.filter(Boolean), [true])
      assert.equal(await headRevision(db), 2)
      const rows = await db.kysely.selectFrom('content_files').select('sha256').execute()
      assert.equal(rows.length, 5)
      assert.equal(await commit(4, 'a gap'), false)
      assert.equal(await commit(2, 'late'), false)
    })

    test('revisions may leave numbers out, and still only one commit follows another', async () => {
      await commit(1, 'one')
      const won = await Promise.all([2, 7, 9].map((n) => commit(n, `${n}`, {}, 1)))
      assert.deepEqual(won.filter(Boolean), [true])
      const head = await headRevision(db)
      assert.ok(await commit(head + 9_000, 'far', {}, head))
      assert.ok(await getCommit(db, 1), 'few commits, whatever their numbers')
      assert.equal(await commit(head, 'below', {}, head + 9_000), false)
    })

    test('old commits go, and with them the files that no other names', async () => {
      await commit(1, 'only in the first')
      const first = await newestCommit(db)
      assert.ok(first)
      // 200 commits in between, without their files: only their number counts.
      await sql`
        insert into commits select n, 'id' || n, content, bundle, document, author, message, at, changes
        from commits, generate_series(2, 200) n where revision = 1`.execute(db.kysely)
      assert.ok(await commit(201, 'new'))
      assert.equal(await getCommit(db, 1), undefined)
      assert.ok(await getCommit(db, 2))
      assert.equal(await contentFile(db, digest('only in the first')), undefined)
      assert.ok(await contentFile(db, digest('new')))
      assert.ok(await contentFile(db, digest(bytes('same in all\0\xff'))))
    })

    test('a commit ends its draft and remembers the import, both with it or not at all', async () => {
      const id = uuidv7(noon_ms)
      await insertDraft(db, draft(id), 9)
      assert.equal(await commit(5, 'x', { draft: { id, version: 1 }, import_hash: 'h' }), false)
      assert.ok(await getDraft(db, id))
      assert.equal(await lastImport(db), undefined)
      assert.ok(await commit(1, 'x', { draft: { id, version: 2 }, import_hash: 'h' }))
      assert.ok(await getDraft(db, id), 'it was written since')
      assert.ok(await commit(2, 'x', { draft: { id, version: 1 }, import_hash: 'i' }))
      assert.equal(await getDraft(db, id), undefined)
      assert.equal(await lastImport(db), 'i')
    })

    test('of two who write one state of a draft, one is told', async () => {
      const id = uuidv7(noon_ms)
      await insertDraft(db, draft(id), 9)
      const change = { name: 'n', document: { a: 1 }, base_revision: 4, at: noonPlus(5) }
      const both = await Promise.all([writeDraft(db, id, 1, change), writeDraft(db, id, 1, change)])
      assert.deepEqual(both.map((row) => row?.version ?? 0).sort(), [0, 2])
      const found = await getDraft(db, id)
      assert.deepEqual(found?.document, { a: 1 })
      assert.deepEqual([found?.base_revision, found?.updated_at], [4, noonPlus(5)])
      await deleteDraft(db, id)
      assert.equal(await writeDraft(db, id, 2, change), undefined)
    })

    test('an owner has a bounded number of drafts', async () => {
      const made = []
      for (let i = 0; i < 3; i++) made.push(await insertDraft(db, draft(uuidv7(noon_ms + i)), 2))
      assert.deepEqual(made, [true, true, false])
      assert.equal((await listDrafts(db)).length, 2)
    })

    recordedSuite(given)
  })
}

function draft(id: string) {
  const created_at = noonPlus(0)
  return { id, name: 'd', owner: 'ada', base_revision: 1, created_at, document: { a: '\0' } }
}

function recordedAt(minutes: number, words: Partial<RecordedRequest> = {}): RecordedRequest {
  const { request } = hitAt(noonPlus(minutes))
  return {
    id: uuidv7(noon_ms + minutes * 60_000),
    at: noonPlus(minutes),
    node: 'n1',
    site: 'shop',
    host: 'shop.example',
    client: '203.0.113.9',
    action: 'passed',
    request,
    ...words,
  }
}

function recordedSuite(given: () => Database): void {
  test('recorded requests are stored once and come newest first', async () => {
    const requests = [recordedAt(1), recordedAt(2, { site: 'blog' }), recordedAt(3)]
    assert.equal(await insertRecorded(given(), requests), 3)
    assert.equal(await insertRecorded(given(), requests), 0)
    const [first] = requests
    assert.ok(first)
    assert.equal(await insertRecorded(given(), [first, first]), 0)
    const newest = await listRecorded(given(), { limit: 2 })
    assert.deepEqual(newest.items, [requests[2], requests[1]])
    const rest = await listRecorded(given(), { limit: 2, cursor: newest.next_cursor ?? '' })
    assert.deepEqual(rest, { items: [requests[0]], next_cursor: null })
    const shop = await listRecorded(given(), { from: noonPlus(2), site: 'shop', limit: 9 })
    assert.deepEqual(shop.items, [requests[2]])
  })

  test('the oldest recorded requests are forgotten first: by age, number and size', async () => {
    const requests = Array.from({ length: 10 }, (_, i) => recordedAt(i))
    await insertRecorded(given(), requests)
    const all = { count_max: 100, bytes_max: 1e9, before: noonPlus(0) }
    assert.equal(await pruneRecorded(given(), all), 0)
    assert.equal(await pruneRecorded(given(), { ...all, before: noonPlus(2) }), 2)
    assert.equal(await pruneRecorded(given(), { ...all, count_max: 5 }), 3)
    const size = JSON.stringify(requests[0]).length
    assert.equal(await pruneRecorded(given(), { ...all, bytes_max: 2 * size }), 3)
    const left = await listRecorded(given(), { limit: 9 })
    assert.deepEqual(
      left.items.map((r) => r.at),
      [noonPlus(9), noonPlus(8)],
    )
  })

  test('requests of hits are found by what they are like', async () => {
    await sql`truncate hits, attacks, attack_clients`.execute(given().kysely)
    const hits = [
      hitAt(noonPlus(1), { parameter: 'ARGS:a', rule_ids: [1, 2] }),
      hitAt(noonPlus(2), { parameter: 'ARGS:b', rule_ids: [3], attack_type: 'xss' }),
      hitAt(noonPlus(3), { parameter: 'ARGS:c', rule_ids: [4], attack_type: 'rce' }),
      hitAt(noonPlus(4), { client: '198.51.100.1' }),
    ]
    const records = hits.map((hit) => ({ kind: 'hit' as const, hit }))
    await storeRecords(given(), records, { gap_ms: 1 })
    const like = { parameters: ['ARGS:b'], rule_ids: [2, 9] }
    const { items } = await listAttacked(given(), { site: 'shop', like, limit: 9 })
    assert.deepEqual(
      items.map((r) => r.id),
      [hits[1]?.request_id, hits[0]?.request_id],
    )
    assert.equal(items[0]?.host, 'shop.example')
    assert.equal((await listAttacked(given(), { site: 'blog', limit: 9 })).items.length, 0)
    const clients = ['203.0.113.9', '198.51.100.1']
    const many = await manySidedClients(given(), clients, noonPlus(0), 3)
    assert.deepEqual([...many], ['203.0.113.9'])
    assert.equal((await manySidedClients(given(), clients, noonPlus(2), 3)).size, 0)
  })
}
