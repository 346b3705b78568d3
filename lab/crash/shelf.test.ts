import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { bundleName } from '#model/bundle.ts'
import { testCluster } from '#parts/bundle/bundle.support.ts'
import { openShelf, readShelved } from '#parts/bundle/shelf.ts'

const root = mkdtempSync(join(tmpdir(), 'gatehouse-shelf-'))
after(() => rmSync(root, { recursive: true }))

/** Same numbers every run: at which instant the kill comes is still up to the machine. */
function seeded(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const rounds = 3

test(`an owner killed ${rounds} times while it activates never leaves the node without a whole bundle`, async () => {
  const random = seeded(20_261_120)
  const cluster = testCluster()
  const pem = cluster.key.private_key.export({ type: 'pkcs8', format: 'pem' }).toString()
  const dir = join(root, 'shelf')
  const script = join(import.meta.dirname, 'shelf-writer.ts')
  let last = 0
  let floor_before = 0
  for (let round = 0; round < rounds; round++) {
    const writer = spawn(process.execPath, [script, dir, pem], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const dead = once(writer, 'close')
    let left = 1 + random(12)
    for await (const text of writer.stdout) {
      // Revisions that are active, whole lines each: one write of a few bytes is never torn.
      const noted = String(text).trimEnd().split('\n').map(Number)
      last = noted.at(-1) ?? last
      left -= noted.length
      if (left > 0 || writer.killed) continue
      for (let turns = random(300); turns > 0; turns--) await turn()
      writer.kill('SIGKILL')
    }
    await dead
    assert.equal(writer.signalCode, 'SIGKILL')

    const shelf = openShelf(dir, () => cluster.trust, assert.fail)
    const active = shelf.active()
    assert.ok(active, 'there is no bundle')
    const revision = active.bundle.head.revision
    // What was noted was activated; one more may have been, and may not have been noted.
    assert.ok(revision === last || revision === last + 1, `${bundleName(active.bundle)} ${last}`)
    assert.ok(shelf.revision_floor >= revision && shelf.revision_floor <= last + 1)
    assert.ok(shelf.revision_floor >= floor_before)
    assert.equal(active.files.get('policy.json')?.toString(), `{"name":"revision ${revision}"}`)
    assert.deepEqual(readShelved(dir, active.bundle.id), active)
    floor_before = shelf.revision_floor
  }
})
