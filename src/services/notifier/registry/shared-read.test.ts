import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sharedRead } from './shared-read.ts'

test('whoever asks during a read shares the next one; a read that fails fails for those who waited for it', async () => {
  const reads: PromiseWithResolvers<void>[] = []
  const load = sharedRead(() => {
    const read = Promise.withResolvers<void>()
    reads.push(read)
    return read.promise
  })
  const first = load()
  const later = [load(), load(), load()]
  assert.equal(reads.length, 1)
  reads[0]?.reject(new Error('away'))
  await assert.rejects(first, /away/)
  await Promise.resolve()
  const last = load()
  reads[1]?.resolve()
  await Promise.all(later)
  assert.ok(reads.length <= 3)
  reads[2]?.resolve()
  await last
})
