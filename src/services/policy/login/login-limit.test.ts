import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testClock } from '#base/clock.ts'
import { loginLimit } from './login-limit.ts'

test('failures up to the limit pass, then the oldest must grow old first', async () => {
  const clock = testClock()
  const limit = loginLimit(clock, { failures: 3, window_ms: 60_000 })
  for (let i = 0; i < 3; i++) {
    assert.equal(limit.attempt('a').wait_ms, 0)
    await clock.advance(10_000)
  }
  assert.equal(limit.attempt('a').wait_ms, 30_000)
  assert.equal(limit.attempt('b').wait_ms, 0)
  await clock.advance(30_000)
  assert.equal(limit.attempt('a').wait_ms, 0)
  assert.equal(limit.attempt('a').wait_ms, 10_000)
})

test('successes do not count', () => {
  const limit = loginLimit(testClock(), { failures: 2, window_ms: 60_000 })
  for (let i = 0; i < 20; i++) {
    const attempt = limit.attempt('a')
    assert.equal(attempt.wait_ms, 0)
    attempt.forgive()
  }
})

test('attempts under way count, so that many at once do not pass together', () => {
  const limit = loginLimit(testClock(), { failures: 2, window_ms: 60_000 })
  const waits = Array.from({ length: 5 }, () => limit.attempt('a').wait_ms)
  assert.deepEqual(waits, [0, 0, 60_000, 60_000, 60_000])
})

test('the memory is bounded: the quietest key is forgotten first', async () => {
  const clock = testClock()
  const limit = loginLimit(clock, { failures: 1, window_ms: 60_000 })
  limit.attempt('first')
  limit.attempt('second')
  limit.attempt('first')
  for (let i = 0; i < 9_999; i++) limit.attempt(`key ${i}`)
  assert.equal(limit.attempt('first').wait_ms, 60_000)
  assert.equal(limit.attempt('second').wait_ms, 0)
})
