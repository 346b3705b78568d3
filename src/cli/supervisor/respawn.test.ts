import assert from 'node:assert/strict'
import { test } from 'node:test'
import { respawnDelay_ms } from './respawn.ts'

test('a process that dies for the first time is started again at once', () => {
  assert.equal(respawnDelay_ms(5, 1), 0)
  assert.equal(respawnDelay_ms(5, 2), 0)
})

test('a process that keeps dying young waits longer each time, at most five seconds', () => {
  const waits = [3, 4, 5, 6, 7, 8, 9, 50].map((restarts) => respawnDelay_ms(5, restarts))
  assert.deepEqual(waits, [250, 500, 1000, 2000, 4000, 5000, 5000, 5000])
})

test('a process that lived for long is started again at once however often it died', () => {
  assert.equal(respawnDelay_ms(3_600_000, 40), 0)
})
