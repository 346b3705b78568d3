import assert from 'node:assert/strict'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { testCluster, testEntry } from './bundle.support.ts'
import { openShelf } from './shelf.ts'

const root = mkdtempSync(join(tmpdir(), 'gatehouse-shelf-lists-'))
after(() => rmSync(root, { recursive: true }))

const cluster = testCluster()
const trust = () => cluster.trust
let count = 0
const freshDir = () => join(root, String(count++))

test('lists survive a restart, change by change, and a torn last line costs only itself', () => {
  const dir = freshDir()
  const shelf = openShelf(dir, trust)
  assert.equal(shelf.lists(), undefined)
  shelf.saveLists(cluster.lists({ revision: 3, entries: [testEntry(1)] }))
  shelf.saveLists(cluster.lists({ revision: 4, since: 3, entries: [testEntry(2)] }))
  shelf.saveLists(cluster.lists({ revision: 5, since: 4, removed: [testEntry(1).id] }))
  const again = openShelf(dir, trust)
  assert.deepEqual(again.lists(), shelf.lists())
  assert.equal(again.lists_revision, 5)
  truncateSync(join(dir, 'lists.log'), statSync(join(dir, 'lists.log')).size - 1)
  const torn = openShelf(dir, trust)
  assert.equal(torn.lists_revision, 4)
  assert.equal(torn.lists()?.entries.length, 2)
  torn.saveLists(cluster.lists({ revision: 5, since: 4, removed: [testEntry(1).id] }))
  assert.deepEqual(openShelf(dir, trust).lists(), shelf.lists())
})

test('lists that come in parts are on disk when the last part is; before, what was there is', () => {
  const dir = freshDir()
  const shelf = openShelf(dir, trust)
  const part = (n: number, words: object = {}) =>
    shelf.saveLists(cluster.lists({ revision: 9, since: 9, entries: [testEntry(n)], ...words }))
  const begin = () => part(1, { since: null, more: true })
  const kept = () => {
    // As another process sees it: opening the shelf would take the parts for what a death left.
    const copy = freshDir()
    cpSync(dir, copy, { recursive: true })
    return openShelf(copy, trust)
  }
  begin()
  assert.equal(kept().lists(), undefined)
  shelf.saveLists(cluster.lists({ revision: 3, entries: [testEntry(8)] }))
  begin()
  shelf.saveLists(cluster.lists({ revision: 4, since: 3, entries: [testEntry(7)] }))
  assert.deepEqual([kept().lists_revision, kept().lists()?.entries.length], [4, 2])
  begin()
  part(2, { more: true })
  assert.deepEqual([kept().lists_revision, shelf.lists_revision], [4, 4])
  part(3)
  assert.equal(kept().lists_revision, 9)
  assert.deepEqual(kept().lists(), shelf.lists())
  shelf.saveLists(cluster.lists({ revision: 10, since: 9, entries: [testEntry(4)] }))
  assert.equal(kept().lists()?.entries.length, 4)
  // A disk that fails in between: what counts is written at once with the last part.
  part(1, { revision: 11, since: null, more: true })
  rmSync(join(dir, 'lists.log.new'))
  mkdirSync(join(dir, 'lists.log.new'))
  const next = { revision: 11, since: 11 }
  assert.throws(() => part(2, { ...next, more: true }), { code: 'bundle.shelf_broken' })
  rmSync(join(dir, 'lists.log.new'), { recursive: true })
  part(3, next)
  assert.deepEqual([kept().lists_revision, kept().lists()?.entries.length], [11, 3])
})

test('lists that somebody changed on disk do not count', () => {
  const dir = freshDir()
  openShelf(dir, trust).saveLists(cluster.lists({ revision: 3, entries: [testEntry(1)] }))
  const path = join(dir, 'lists.log')
  writeFileSync(path, readFileSync(path, 'utf8').replace('deny', 'gray'))
  assert.equal(openShelf(dir, trust).lists(), undefined)
})

test('the journal of lists is written anew when changes have outgrown it', () => {
  const dir = freshDir()
  const shelf = openShelf(dir, trust)
  shelf.saveLists(cluster.lists({ revision: 1 }))
  const reason = 'r'.repeat(200_000)
  for (let revision = 2; revision < 22; revision++) {
    const entries = [{ ...testEntry(1), reason }]
    shelf.saveLists(cluster.lists({ revision, since: revision - 1, entries }))
    assert.ok(statSync(join(dir, 'lists.log')).size < 2_000_000)
  }
  assert.deepEqual(openShelf(dir, trust).lists(), shelf.lists())
})
