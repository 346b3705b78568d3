import assert from 'node:assert/strict'
import { test } from 'node:test'
import { closedSpan, rangeMs, spanInWords, timeSpan } from './time-range.ts'

const now = Date.parse('2026-11-20T12:00:00.000Z')

test('a range reaches back from now', () => {
  assert.deepEqual(timeSpan({ range: '15m' }, now), { from: '2026-11-20T11:45:00.000Z' })
  assert.deepEqual(closedSpan({ range: '7d' }, now), {
    from: '2026-11-13T12:00:00.000Z',
    to: '2026-11-20T12:00:00.000Z',
  })
})

test('nothing given means open ends in a list and the last hour in a summary', () => {
  assert.deepEqual(timeSpan({}, now), {})
  assert.equal(closedSpan({}, now).from, '2026-11-20T11:00:00.000Z')
})

test('ends in the wrong order are turned', () => {
  const [from, to] = ['2026-11-20T10:00:00Z', '2026-11-20T09:00:00Z']
  assert.deepEqual(closedSpan({ from, to }, now), {
    from: '2026-11-20T09:00:00.000Z',
    to: '2026-11-20T10:00:00.000Z',
  })
})

test('an absurd range is cut', () => {
  assert.equal(rangeMs('99999999999999999999d'), 400 * 86_400_000)
})

test('spans are told in words', () => {
  const span = closedSpan({}, now)
  assert.equal(spanInWords({}, span), 'in the last hour')
  assert.equal(spanInWords({ range: '24h' }, span), 'in the last 24 hours')
  assert.equal(spanInWords({ range: '1d' }, span), 'in the last day')
  assert.match(spanInWords({ from: span.from }, span), /^from 2026-11-20T11.* to 2026-11-20T12/)
})
