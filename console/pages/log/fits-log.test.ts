import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type SystemEvent, severities } from '#model/event.ts'
import { fitsLog, severityOrder } from './fits-log.ts'

const event = {
  node: 'edge-1',
  name: 'bundle.refused',
  severity: 'error',
  message: 'Cannot activate bundle "12-3fa9c2d1"',
} as SystemEvent

test('an event fits when every condition does', () => {
  assert.equal(fitsLog(event, {}), true)
  assert.equal(fitsLog(event, { node: 'edge-1', name: 'bundle.', q: 'ACTIVATE' }), true)
  assert.equal(fitsLog(event, { node: 'edge-2' }), false)
  assert.equal(fitsLog(event, { name: 'rollout.' }), false)
})

test('a severity means itself and everything worse', () => {
  assert.equal(fitsLog(event, { severity: 'warning' }), true)
  assert.equal(fitsLog(event, { severity: 'critical' }), false)
})

test('severities stand in the order of the model', () => {
  assert.deepEqual(severityOrder, severities)
})
