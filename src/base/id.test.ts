import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uuidv7 } from './id.ts'

const shape = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

test('an id is a UUID of version 7 that begins with its time, fractions dropped', () => {
  const id = uuidv7(Date.UTC(2026, 10, 20) + 0.75)
  assert.match(id, shape)
  assert.equal(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16), Date.UTC(2026, 10, 20))
})

test('10,000 ids of one millisecond are all different', () => {
  const ids = new Set(Array.from({ length: 10_000 }, () => uuidv7(1)))
  assert.equal(ids.size, 10_000)
  for (const id of ids) assert.match(id, shape)
})

test('ids sort by time', () => {
  assert.ok(uuidv7(1000) < uuidv7(1001))
})
