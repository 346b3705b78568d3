import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { SignedBundle } from '#model/bundle.ts'
import { exec } from '#parts/host/exec.ts'
import { cluster_id, testCluster, testEntry, testFiles } from './bundle.support.ts'
import type { BundleFiles } from './bundle.ts'
import { openShelf, readShelved, type Shelf } from './shelf.ts'
import { sha256 } from './signing.ts'

const root = mkdtempSync(join(tmpdir(), 'gatehouse-shelf-'))
after(() => rmSync(root, { recursive: true }))

const cluster = testCluster()
const trust = () => cluster.trust
let count = 0

function freshDir(): string {
  count += 1
  return join(root, String(count))
}

function put(shelf: Shelf, bundle: SignedBundle, files: BundleFiles): void {
  const missing = new Set(shelf.missing(bundle))
  for (const bytes of files.values())
    if (missing.has(sha256(bytes))) shelf.addFile(sha256(bytes), bytes)
}

function enforce(shelf: Shelf, revision: number, text = `policy ${revision}`): SignedBundle {
  const files = testFiles(text)
  const bundle = cluster.commit(revision, files)
  put(shelf, bundle, files)
  shelf.stage(bundle)
  shelf.activate(bundle)
  return bundle
}

function pathOf(dir: string, bundle: SignedBundle, path: string): string {
  const file = bundle.head.files.find((known) => known.path === path)
  return join(dir, 'files', file?.sha256 ?? '')
}

test('what was activated is there after a restart, with its files and its floor', () => {
  const dir = freshDir()
  const shelf = openShelf(dir, trust)
  assert.equal(shelf.active(), undefined)
  assert.equal(shelf.revision_floor, 0)
  const bundle = enforce(shelf, 4)
  for (const seen of [shelf, openShelf(dir, trust, assert.fail)]) {
    assert.deepEqual(seen.active()?.bundle, bundle)
    assert.equal(seen.revision_floor, 4)
  }
  assert.equal(
    readShelved(dir, bundle.id).files.get('policy.json')?.toString(),
    '{"name":"policy 4"}',
  )
  assert.equal(statSync(dir).mode & 0o777, 0o700)
  assert.equal(statSync(pathOf(dir, bundle, 'policy.json')).mode & 0o777, 0o600)
})

test('only files that changed are missing, and only what two bundles need is kept', () => {
  const dir = freshDir()
  const shelf = openShelf(dir, trust)
  enforce(shelf, 1)
  const second = cluster.commit(2, testFiles('policy 2'))
  assert.equal(shelf.missing(second).length, 1)
  for (let revision = 2; revision < 6; revision++) enforce(shelf, revision)
  assert.equal(readdirSync(join(dir, 'bundles')).length, 3)
  enforce(shelf, 6)
  assert.equal(readdirSync(join(dir, 'bundles')).length, 3)
  // Two of policies and the one before, rules.json and three files of rules.
  assert.equal(readdirSync(join(dir, 'files')).length, 7)
})

test('what is staged does not count before it is activated, also after a restart', () => {
  const dir = freshDir()
  const shelf = openShelf(dir, trust)
  const first = enforce(shelf, 1)
  const files = testFiles('b')
  const second = cluster.commit(2, files)
  put(shelf, second, files)
  assert.deepEqual([...shelf.stage(second).files.keys()].sort(), [...files.keys()].sort())
  assert.deepEqual(readShelved(dir, second.id).bundle, second)
  assert.equal(openShelf(dir, trust).active()?.bundle.id, first.id)
  rmSync(join(dir, 'active.json'))
  assert.equal(openShelf(dir, trust).active()?.bundle.id, first.id)
})

test('an older revision, and another bundle of the same revision, are never enforced', () => {
  const dir = freshDir()
  const shelf = openShelf(dir, trust)
  const third = enforce(shelf, 3)
  enforce(shelf, 5)
  for (const seen of [shelf, openShelf(dir, trust)]) {
    assert.throws(() => seen.admit(third), { code: 'bundle.older_revision' })
    assert.throws(() => seen.activate(third), { code: 'bundle.older_revision' })
    const other = cluster.commit(5, testFiles('another'))
    assert.throws(() => seen.admit(other), { code: 'bundle.revision_taken' })
  }
  // A roll-back is a new commit of old content.
  assert.equal(enforce(shelf, 6, 'policy 3').head.content, third.head.content)
})

test('the floor holds when its own file is lost, and when the pointer is', () => {
  for (const name of ['floor.json', 'active.json']) {
    for (const spoil of [rmSync, (path: string) => writeFileSync(path, '{"id":')]) {
      const dir = freshDir()
      const shelf = openShelf(dir, trust)
      enforce(shelf, 1)
      const newest = enforce(shelf, 2)
      spoil(join(dir, name))
      const again = openShelf(dir, trust)
      assert.equal(again.revision_floor, 2)
      assert.equal(again.active()?.bundle.id, newest.id)
    }
  }
})

test('a file that was tampered with on disk brings the previous bundle back, is told, and is fetched again', () => {
  const dir = freshDir()
  const shelf = openShelf(dir, trust)
  const first = enforce(shelf, 1)
  const second = enforce(shelf, 2)
  const path = pathOf(dir, second, 'policy.json')
  const bytes = readFileSync(path)
  bytes[0] = 0x5b
  writeFileSync(path, bytes)
  const told: string[] = []
  const again = openShelf(dir, trust, (fault) => told.push(fault.code))
  assert.equal(again.active()?.bundle.id, first.id)
  assert.equal(again.active()?.bundle.id, first.id)
  assert.deepEqual(told, ['bundle.missing_file'])
  assert.throws(() => readShelved(dir, second.id), { code: 'bundle.missing_file' })
  assert.equal(again.revision_floor, 2)
  assert.deepEqual(again.missing(second), [sha256(testFiles('policy 2').get('policy.json') ?? '')])
  put(again, second, testFiles('policy 2'))
  again.admit(second)
  again.activate(second)
  assert.equal(openShelf(dir, trust, assert.fail).active()?.bundle.id, second.id)
})

test('a truncated file, a lost file and a bundle signed by somebody else count as damage', () => {
  const damages: ((dir: string, bundle: SignedBundle) => void)[] = [
    (dir, bundle) => truncateSync(pathOf(dir, bundle, 'policy.json'), 3),
    (dir, bundle) => rmSync(pathOf(dir, bundle, 'policy.json')),
    (dir, bundle) => rmSync(join(dir, 'bundles', `${bundle.id}.json`)),
    (dir, bundle) => truncateSync(join(dir, 'bundles', `${bundle.id}.json`), 100),
    (dir, bundle) => {
      const { signature } = testCluster(cluster_id).commit(2, testFiles('policy 2'))
      writeFileSync(
        join(dir, 'bundles', `${bundle.id}.json`),
        JSON.stringify({ ...bundle, signature }),
      )
    },
  ]
  for (const damage of damages) {
    const dir = freshDir()
    const shelf = openShelf(dir, trust)
    const first = enforce(shelf, 1)
    damage(dir, enforce(shelf, 2))
    const told: string[] = []
    assert.equal(openShelf(dir, trust, (f) => told.push(f.code)).active()?.bundle.id, first.id)
    assert.equal(told.length, 1)
  }
})

test('bytes that are not what their hash says are not kept', () => {
  const shelf = openShelf(freshDir(), trust)
  assert.throws(() => shelf.addFile(sha256('a'), Buffer.from('b')), { code: 'bundle.wrong_hash' })
  const bundle = cluster.commit(1, testFiles('a'))
  assert.throws(() => shelf.stage(bundle), { code: 'bundle.missing_file' })
  assert.throws(() => shelf.activate(bundle), { code: 'bundle.missing_file' })
})

test('no id leads out of the shelf', () => {
  const dir = freshDir()
  openShelf(dir, trust)
  writeFileSync(join(dir, 'x.json'), '{}')
  for (const id of ['../x', '..', '', 'x'.repeat(64)])
    assert.throws(() => readShelved(dir, id), { code: 'bundle.missing_bundle' })
})

test('without an identity nothing on the shelf counts', () => {
  const dir = freshDir()
  enforce(openShelf(dir, trust), 1)
  const told: string[] = []
  assert.equal(
    openShelf(
      dir,
      () => undefined,
      (f) => told.push(f.code),
    ).active(),
    undefined,
  )
  assert.deepEqual(told, ['bundle.no_trust'])
})

test('a machine that moves to another cluster starts with an empty shelf', () => {
  const dir = freshDir()
  const shelf = openShelf(dir, trust)
  enforce(shelf, 9)
  shelf.saveLists(cluster.lists({ revision: 9 }))
  const next = testCluster('11111111-1111-4111-8111-111111111111')
  const moved = openShelf(dir, () => next.trust, assert.fail)
  assert.equal(moved.active(), undefined)
  assert.equal(moved.revision_floor, 0)
  assert.equal(moved.lists_revision, 0)
  assert.deepEqual(readdirSync(join(dir, 'files')), [])
})

test('what a death left half-written is removed', () => {
  const dir = freshDir()
  enforce(openShelf(dir, trust), 1)
  writeFileSync(join(dir, 'files', 'abc.new'), 'half')
  writeFileSync(join(dir, 'active.json.new'), '{')
  assert.equal(openShelf(dir, trust, assert.fail).active()?.bundle.head.revision, 1)
  assert.equal(existsSync(join(dir, 'files', 'abc.new')), false)
  assert.equal(existsSync(join(dir, 'active.json.new')), false)
})

test('a place that cannot hold a shelf is told', () => {
  const path = freshDir()
  writeFileSync(path, 'a file')
  assert.throws(() => openShelf(path, trust), { code: 'bundle.shelf_broken' })
  assert.throws(() => openShelf(join(path, 'below'), trust), { code: 'bundle.shelf_broken' })
})

test('a shelf whose folder breaks keeps what it has and tells', () => {
  const dir = freshDir()
  const shelf = openShelf(dir, trust)
  const first = enforce(shelf, 1)
  const files = testFiles('b')
  const second = cluster.commit(2, files)
  put(shelf, second, files)
  // A folder where the file must go: no rename gets through, whoever we are.
  mkdirSync(join(dir, 'active.json.new'))
  assert.throws(() => shelf.activate(second), { code: 'bundle.shelf_broken' })
  assert.equal(shelf.active()?.bundle.id, first.id)
  assert.equal(openShelf(dir, trust).active()?.bundle.id, first.id)
})

test('a write that finds no room is told as such and leaves what was there', async () => {
  const dir = freshDir()
  const shelf = openShelf(dir, trust)
  const first = enforce(shelf, 1)
  const files = testFiles('b')
  const second = cluster.commit(2, files)
  const policy = files.get('policy.json') ?? Buffer.alloc(0)
  // Whatever is written there finds the disk full: full(4).
  const without_room = (name: string) => symlinkSync('/dev/full', join(dir, `${name}.new`))
  without_room(`files/${sha256(policy)}`)
  assert.throws(() => put(shelf, second, files), { code: 'bundle.shelf_full' })
  put(shelf, second, files)
  for (const name of ['floor.json', 'active.json']) {
    without_room(name)
    assert.throws(() => shelf.activate(second), { code: 'bundle.shelf_full' })
    without_room(name)
    await assert.rejects(shelf.activateMeanwhile(second), { code: 'bundle.shelf_full' })
    assert.equal(shelf.active()?.bundle.id, first.id)
    assert.equal(openShelf(dir, trust, assert.fail).active()?.bundle.id, first.id)
  }
  const activated = shelf.activateMeanwhile(second)
  assert.equal(shelf.active()?.bundle.id, first.id, 'nothing is waited for')
  await activated
  assert.equal(shelf.revision_floor, 2)
  assert.equal(openShelf(dir, trust, assert.fail).active()?.bundle.id, second.id)
})

async function testFullDisk(): Promise<void> {
  const dir = freshDir()
  mkdirSync(dir)
  const limits = { timeout_ms: 10_000 }
  const argv = ['mount', '-t', 'tmpfs', '-o', 'size=256k', 'none', dir]
  const mounted = await exec(argv, limits)
  assert.equal(mounted.status, 0, mounted.stderr)
  try {
    const shelf = openShelf(join(dir, 'shelf'), trust)
    const first = enforce(shelf, 1)
    const ballast = join(dir, 'ballast')
    const big = new Map(testFiles('b')).set('big', Buffer.alloc(100_000, 'b'))
    const second = cluster.commit(2, big)
    writeFileSync(ballast, Buffer.alloc(120_000))
    assert.throws(() => put(shelf, second, big), { code: 'bundle.shelf_full' })
    rmSync(ballast)
    put(shelf, second, big)
    fill(ballast)
    assert.throws(() => shelf.activate(second), { code: 'bundle.shelf_full' })
    assert.throws(() => shelf.saveNodes({ nodes: [], at: '2026-01-01T00:00:00Z' }), {
      code: 'bundle.shelf_full',
    })
    const lists = cluster.lists({ revision: 1, entries: [testEntry(1)] })
    assert.throws(() => shelf.saveLists(lists), { code: 'bundle.shelf_full' })
    assert.equal(shelf.lists()?.entries.length, 1, 'a ban counts also when it cannot be kept')
    assert.equal(shelf.active()?.bundle.id, first.id)
    assert.equal(openShelf(join(dir, 'shelf'), trust).active()?.bundle.id, first.id)
    rmSync(ballast)
    shelf.activate(second)
    shelf.saveLists(cluster.lists({ revision: 2, since: 1, entries: [testEntry(2)] }))
    const again = openShelf(join(dir, 'shelf'), trust, assert.fail)
    assert.equal(again.active()?.bundle.id, second.id)
    assert.equal(again.lists()?.entries.length, 2)
  } finally {
    await exec(['umount', '-l', dir], limits)
  }
}

// Mounting a small disk needs root; that a write finds no room is tested above for everybody.
if (process.getuid?.() === 0)
  test('a full disk keeps the old bundle, and takes the new one when there is room', testFullDisk)

/** Takes the last byte of the disk. */
function fill(path: string): void {
  for (;;) {
    try {
      writeFileSync(path, Buffer.alloc(4096), { flag: 'a' })
    } catch {
      return
    }
  }
}

test('the newest view of all nodes is kept for who asks without a policy server', () => {
  const dir = freshDir()
  const shelf = openShelf(dir, trust)
  assert.equal(shelf.nodes(), undefined)
  const at = '2026-01-01T00:00:00.000Z'
  shelf.saveNodes({ nodes: [], at })
  assert.deepEqual(openShelf(dir, trust).nodes(), { nodes: [], at })
  writeFileSync(join(dir, 'nodes.json'), '{"nodes":1}')
  assert.equal(shelf.nodes(), undefined)
})
