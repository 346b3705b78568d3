import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testClock } from './clock.ts'
import { hybridClock } from './hybrid-clock.ts'

const start = Date.UTC(2026, 10, 20, 12)

test('every answer is greater than the one before, also when the wall clock goes back', () => {
  let wall = start
  const hybrid = hybridClock({ now: () => wall })
  const told: string[] = []
  for (let i = 0; i < 200_000; i++) {
    if (i === 100) wall -= 3_600_000
    if (i === 150_000) wall = start + 5
    told.push(hybrid.now())
  }
  assert.ok(told.every((one, i) => i === 0 || one > (told[i - 1] ?? '')))
  assert.match(told.at(-1) ?? '', /^\d{15}\.\d{5}$/)
})

test('what another clock said is before what happens afterwards', () => {
  const clock = testClock(start)
  const ahead = hybridClock(testClock(start + 30_000))
  const own = hybridClock(clock)
  const cause = ahead.now()
  own.receive(cause)
  assert.ok(own.now() > cause)
})

test('a clock that is far ahead is not followed, nor what is no time at all', async () => {
  const clock = testClock(start)
  const own = hybridClock(clock)
  for (const told of [hybridClock(testClock(start + 61_000)).now(), 'x', '9'.repeat(21), '']) {
    own.receive(told)
  }
  await clock.advance(1)
  assert.equal(own.now(), `${String(start + 1).padStart(15, '0')}.00000`)
})
