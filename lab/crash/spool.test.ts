import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { exec } from '#parts/host/exec.ts'
import { openSpoolReader } from '#parts/spool/reader.ts'
import { openSpool } from '#parts/spool/spool.ts'
import { recordText } from './spool-writer.ts'

const root = mkdtempSync(join(tmpdir(), 'gatehouse-spool-'))
after(() => rmSync(root, { recursive: true }))

/** Same numbers every run: which bytes get written before the kill is still up to the machine. */
function seeded(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

function acceptedIn(notes: string): number[] {
  if (!existsSync(notes)) return []
  // The last line may be torn by the kill, like anything else.
  return readFileSync(notes, 'latin1').split('\n').slice(0, -1).map(Number)
}

function startWriter(dir: string, notes: string, first: number): ChildProcess {
  const script = join(import.meta.dirname, 'spool-writer.ts')
  return spawn(process.execPath, [script, dir, notes, String(first)], { stdio: 'inherit' })
}

const rounds = 25
const round_numbers = 1_000_000

test(`no accepted record is lost and none invented when the writer is killed ${rounds} times at any moment`, async () => {
  const random = seeded(20_261_120)
  const dir = join(root, 'killed')
  const notes = join(root, 'notes')
  writeFileSync(notes, '')
  const delivered: number[] = []
  let reader = openSpoolReader(dir)
  const readSome = (): number => {
    const { records, upto, skipped_bytes } = reader.read({ count: 1 + random(200), bytes: 200_000 })
    assert.equal(skipped_bytes, 0)
    // Now and then the reader dies between delivery and ack: the same records come again.
    if (random(10) === 0) {
      reader[Symbol.dispose]()
      reader = openSpoolReader(dir)
      return records.length
    }
    for (const record of records) {
      const n = Number.parseInt(record, 10)
      assert.equal(record, recordText(n))
      delivered.push(n)
    }
    reader.ack(upto)
    return records.length
  }
  for (let round = 0; round < rounds; round++) {
    const before = acceptedIn(notes).length
    const writer = startWriter(dir, notes, round * round_numbers)
    const dead = once(writer, 'exit')
    const enough = before + 1 + random(400)
    while (acceptedIn(notes).length < enough) {
      assert.equal(writer.exitCode, null)
      readSome()
      await turn()
    }
    writer.kill('SIGKILL')
    await dead
  }
  while (reader.depth > 0) readSome()
  const accepted = acceptedIn(notes)
  const inOrder = delivered.toSorted((a, b) => a - b)
  assert.deepEqual(delivered, inOrder)
  assert.equal(new Set(delivered).size, delivered.length)
  const there = new Set(delivered)
  assert.deepEqual(
    accepted.filter((n) => !there.has(n)),
    [],
  )
  // A record may be whole on disk although the writer died before it could note so: at most one a round.
  const known = new Set(accepted)
  const extra = delivered.filter((n) => !known.has(n))
  assert.ok(extra.length <= rounds)
  for (const n of extra) assert.ok(n === 0 || known.has(n - 1) || n % round_numbers === 0)
  assert.ok(accepted.length > rounds)
})

const mounts = process.getuid?.() === 0
test('a full disk refuses records, keeps the old ones, and works again when there is room', {
  skip: mounts ? false : 'needs root to mount a small tmpfs',
}, async () => {
  const dir = mkdtempSync(join(root, 'tiny-'))
  const limits = { timeout_ms: 10_000 }
  const mounted = await exec(['mount', '-t', 'tmpfs', '-o', 'size=128k', 'none', dir], limits)
  assert.equal(mounted.status, 0, mounted.stderr)
  try {
    const ballast = join(dir, 'ballast')
    writeFileSync(ballast, Buffer.alloc(40_000))
    const spool = openSpool(join(dir, 'spool'), {
      size_bytes_max: 10_000_000,
      segment_bytes: 20_000,
    })
    const reader = openSpoolReader(join(dir, 'spool'))
    const all = { count: 100_000, bytes: 10_000_000 }
    const kept: string[] = []
    let refused = 0
    for (let n = 0; refused < 20; n++) {
      const record = `${n} ${'x'.repeat(700)}`
      if (spool.append(record)) kept.push(record)
      else refused += 1
    }
    assert.ok(kept.length > 50)
    assert.deepEqual(reader.read(all).records, kept)
    assert.equal(spool.depth, kept.length)

    rmSync(ballast)
    assert.equal(spool.append('room again'), true)
    kept.push('room again')
    for (let record = 'a'; spool.append(record.repeat(700)); record = 'b')
      kept.push(record.repeat(700))
    const { records, upto } = reader.read(all)
    assert.ok(records.length === kept.length && records.every((record, i) => record === kept[i]))
    reader.ack(upto)
    assert.equal(reader.depth, 0)
    assert.equal(spool.append('after delivery'), true)
    // Deleted segments give their room back once the writer's background sync has closed them.
    while (existsSync(join(dir, 'spool', 'acked.new'))) {
      assert.deepEqual(reader.read(all).records, ['after delivery'])
      await turn()
    }
    assert.deepEqual(openSpoolReader(join(dir, 'spool')).read(all).records, ['after delivery'])
    spool[Symbol.dispose]()
  } finally {
    await exec(['umount', '-l', dir], limits)
  }
})
