import assert from 'node:assert/strict'
import { test } from 'node:test'
import { axisTime, duration, shortTime, timeAgo, withShortTimes } from './time.ts'

const noon = new Date(2026, 10, 20, 12, 0, 0)

test('shortTime() names the day only when it is not today', () => {
  assert.equal(shortTime(new Date(2026, 10, 20, 9, 5, 7), noon), '09:05:07')
  assert.equal(shortTime(new Date(2026, 10, 19, 9, 5, 7), noon), '19 Nov 09:05')
})

test('shortTime() names the year of a time far away, and not around New Year', () => {
  assert.equal(shortTime(new Date(2030, 0, 1, 9, 5), noon), '1 Jan 2030')
  assert.equal(shortTime(new Date(2027, 0, 1, 9, 5), noon), '1 Jan 09:05')
})

test('timeAgo() uses the largest whole unit and never speaks of the future', () => {
  assert.equal(timeAgo(0, 999), 'now')
  assert.equal(timeAgo(0, 59_999), '59 s ago')
  assert.equal(timeAgo(0, 60_000), '1 min ago')
  assert.equal(timeAgo(0, 7_199_000), '1 h ago')
  assert.equal(timeAgo(0, 200_000_000), '2 d ago')
  assert.equal(timeAgo(5000, 0), 'now')
})

test('duration() of nothing is zero seconds', () => assert.equal(duration(0), '0 s'))

test('axisTime() shows the day at midnight, and seconds only between close ticks', () => {
  assert.equal(axisTime(new Date(2026, 10, 20), 3600), '20 Nov')
  assert.equal(axisTime(noon, 3600), '12:00')
  assert.equal(axisTime(noon, 15), '12:00:00')
  assert.equal(axisTime(noon, 86_400), '20 Nov')
})

test('withShortTimes() puts the instants of a sentence into local words, and leaves the rest', () => {
  const at = new Date(2026, 10, 20, 15, 13, 14).toISOString()
  assert.equal(
    withShortTimes(`canary: watched until ${at}, 2 of 3`, noon),
    'canary: watched until 15:13:14, 2 of 3',
  )
  assert.equal(withShortTimes('waits for edge-2', noon), 'waits for edge-2')
})
