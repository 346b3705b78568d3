import assert from 'node:assert/strict'
import { test } from 'node:test'
import { completions } from './completions.ts'

const known = { sites: ['shop', 'blog'], clients: ['203.0.113.9', '198.51.100.7'] }
const texts = (typed: string) => completions(typed, known).map((c) => c.text)

test('nothing typed offers the keys', () => {
  assert.deepEqual(texts('').slice(0, 3), ['type:', 'client:', 'site:'])
})

test('the start of a key completes to the key, not yet to a condition', () => {
  assert.deepEqual(completions('cli', known), [
    { text: 'client:', hint: 'address it came from', is_whole: false },
  ])
})

test('the name of an attack finds its type', () => {
  assert.deepEqual(texts('travers'), ['type:ptrav'])
})

test('values come from what is known', () => {
  assert.deepEqual(texts('type:sq'), ['type:sqli'])
  assert.deepEqual(texts('type:sqli,xs'), ['type:sqli,xss'])
  assert.deepEqual(texts('action:b'), ['action:blocked'])
  assert.deepEqual(texts('site:'), ['site:shop', 'site:blog'])
  assert.deepEqual(texts('client:203'), ['client:203.0.113.9'])
})

test('what nobody can know is not guessed', () => {
  assert.deepEqual(texts('rule:94'), [])
  assert.deepEqual(texts('zzz'), [])
})
