import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatAttackQuery, parseAttackQuery } from '#model/attack-query.ts'
import { addTyped, isComplete, takeLast } from './edit-tokens.ts'

const add = (before: string, typed: string) =>
  formatAttackQuery(addTyped(parseAttackQuery(before), typed))

test('a new condition takes the place of the old one, types add up', () => {
  assert.equal(add('client:1.1.1.1 type:sqli', 'client:2.2.2.2'), 'type:sqli client:2.2.2.2')
  assert.equal(add('type:sqli', 'type:xss'), 'type:sqli type:xss')
  assert.equal(add('type:sqli', 'type:sqli'), 'type:sqli')
})

test('span and instants exclude each other', () => {
  assert.equal(add('from:2026-11-20T10:00Z to:2026-11-21T10:00Z', 'last:1h'), 'last:1h')
  assert.equal(add('last:1h', 'from:2026-11-20T10:00Z'), 'from:2026-11-20T10:00Z')
})

test('words typed together stay together', () => {
  assert.equal(add('type:sqli', 'union select'), 'type:sqli "union select"')
})

test('a space ends a condition only when it has key, value and closed quotes', () => {
  assert.equal(isComplete('type:sqli'), true)
  assert.equal(isComplete('type:'), false)
  assert.equal(isComplete('union'), false)
  assert.equal(isComplete('target:"a b'), false)
  assert.equal(isComplete('target:"a b"'), true)
})

test('takeLast() gives the last condition back as it was typed', () => {
  const taken = takeLast(parseAttackQuery('type:sqli target:"a b"'))
  assert.equal(taken.typed, 'target:"a b"')
  assert.equal(formatAttackQuery(taken.tokens), 'type:sqli')
})
