import assert from 'node:assert/strict'
import { test } from 'node:test'
import { draftSearch, placeOf } from './draft-search.ts'

test('a finding leads to its section and its field; one about the whole policy nowhere', () => {
  assert.deepEqual(placeOf('own_rules.0.text'), { tab: 'own_rules', at: 'own_rules.0.text' })
  assert.deepEqual(placeOf(''), {})
  assert.deepEqual(placeOf('nonsense.0'), {})
})

test('an address with something else in it is the draft itself', () => {
  assert.deepEqual(draftSearch({ tab: 'review', q: 'x', other: '1' }), { tab: 'review', q: 'x' })
  assert.deepEqual(draftSearch({ tab: '__proto__', at: '' }), {})
})
