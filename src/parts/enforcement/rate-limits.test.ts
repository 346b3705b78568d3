import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testClock } from '#base/clock.ts'
import { compileLimit, rateCounter } from './rate-limits.ts'

const limit = (rate: string, burst = 0, name = 'a') =>
  compileLimit({ name, site: '', key: 'client', rate, burst, status: 429 })

test('a burst goes through at once, then one each interval', async () => {
  const clock = testClock()
  const counter = rateCounter(clock, { keys_max: 10 })
  const ten = limit('10/m', 2)
  const take = () => counter.take(ten, '192.0.2.1').ok
  assert.deepEqual([take(), take(), take(), take()], [true, true, true, false])
  assert.deepEqual(counter.take(ten, '192.0.2.1'), { ok: false, retry_after_s: 6 })
  await clock.advance(6000)
  assert.deepEqual([take(), take()], [true, false])
  await clock.advance(60_000)
  assert.deepEqual([take(), take(), take(), take()], [true, true, true, false])
})

test('keys and limits are counted apart', () => {
  const counter = rateCounter(testClock(), { keys_max: 10 })
  assert.ok(counter.take(limit('1/h'), 'a').ok)
  assert.ok(counter.take(limit('1/h'), 'b').ok)
  assert.ok(counter.take(limit('1/h', 0, 'other'), 'a').ok)
  assert.deepEqual(counter.take(limit('1/h'), 'a'), { ok: false, retry_after_s: 3600 })
})

test('a steady stream at the rate is never refused, one above it keeps the rate', async () => {
  const clock = testClock()
  const counter = rateCounter(clock, { keys_max: 10 })
  const seven = limit('7/s')
  for (let at = 0; at < 70; at++) {
    assert.ok(counter.take(seven, 'a').ok, `request ${at}`)
    await clock.advance(1000 / 7)
  }
  let passed = 0
  for (let at = 0; at < 100; at++) {
    if (counter.take(seven, 'b').ok) passed++
    await clock.advance(100)
  }
  assert.ok(passed >= 50 && passed <= 70, `${passed} of 100 in ten seconds`)
})

test('workers that exchange what they took refuse together', () => {
  const clock = testClock()
  const one = rateCounter(clock, { keys_max: 10 })
  const two = rateCounter(clock, { keys_max: 10 })
  const five = limit('5/m', 4)
  for (let at = 0; at < 3; at++) one.take(five, 'a')
  const deltas = one.drain()
  assert.equal(deltas.length, 1)
  two.merge(deltas)
  assert.ok(two.take(five, 'a').ok)
  assert.ok(two.take(five, 'a').ok)
  assert.ok(!two.take(five, 'a').ok)
  assert.deepEqual(one.drain(), [], 'told once')
})

test('keys are bounded: the one unused longest is forgotten', () => {
  const counter = rateCounter(testClock(), { keys_max: 100 })
  const one = limit('1/h')
  for (let at = 0; at < 500; at++) counter.take(one, `client ${at}`)
  assert.equal(counter.size, 100)
  assert.ok(counter.drain().length <= 100)
  assert.ok(counter.take(one, 'client 0').ok, 'forgotten')
  assert.ok(!counter.take(one, 'client 499').ok, 'remembered')
})
