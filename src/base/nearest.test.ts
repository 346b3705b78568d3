import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearestName } from './nearest.ts'

test('a misspelt name finds its neighbour whatever the case', () => {
  assert.equal(nearestName('SecRul', ['SecAction', 'SecRule']), 'SecRule')
  assert.equal(nearestName('LOWRECASE', ['uppercase', 'lowercase']), 'lowercase')
})

test('a name that resembles nothing finds nothing', () => {
  assert.equal(nearestName('zebra', ['SecRule', 'lowercase']), undefined)
})
