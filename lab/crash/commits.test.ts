import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { digest } from '#parts/records/commits.support.ts'
import { contentFiles, getCommit, newestCommit } from '#parts/records/commits.ts'
import { openDatabase } from '#parts/records/database.ts'
import { testWorld } from '#parts/records/records.support.ts'

const root = await mkdtemp(join(tmpdir(), 'gatehouse-commits-'))
after(() => rm(root, { recursive: true, force: true }))

test('kill -9 in the middle of a commit loses none that was acknowledged and leaves no half one', async () => {
  const dir = join(root, 'db')
  const script = join(import.meta.dirname, 'commit-writer.ts')
  const writer = spawn(process.execPath, [script, dir], { stdio: ['ignore', 'pipe', 'inherit'] })
  const dead = once(writer, 'exit')
  const acknowledged: string[] = []
  for await (const line of createInterface({ input: writer.stdout })) {
    acknowledged.push(line)
    // The next commit is under way by now.
    if (acknowledged.length === 7) writer.kill('SIGKILL')
  }
  await dead

  await using db = await openDatabase({ kind: 'embedded', dir }, testWorld())
  for (const line of acknowledged) {
    const [revision = '', id = ''] = line.split(' ')
    assert.equal((await getCommit(db, Number(revision)))?.bundle.id, id)
  }
  const newest = await newestCommit(db)
  assert.ok(newest)
  const { revision } = newest.bundle.head
  assert.ok(revision === acknowledged.length || revision === acknowledged.length + 1)
  const files = await contentFiles(db, newest.bundle)
  for (const { path, sha256 } of newest.bundle.head.files) {
    assert.equal(digest(files?.get(path) ?? ''), sha256, path)
  }
})
