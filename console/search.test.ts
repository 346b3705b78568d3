import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attacksSearch, overviewSearch, parseSearch, writeSearch } from './search.ts'

test('writeSearch() stays readable and parseSearch() reads it back', () => {
  const search = { q: 'type:sqli,xss target:"a&b=c"', group: 'client' }
  const text = writeSearch(search)
  assert.equal(text, '?q=type:sqli,xss+target:%22a%26b%3Dc%22&group=client')
  assert.deepEqual(parseSearch(text), search)
})

test('writeSearch() leaves out what is not given', () => {
  assert.equal(writeSearch({ q: '', group: undefined }), '')
})

test('values that no page knows are ignored', () => {
  assert.deepEqual(overviewSearch({ range: '9y' }), {})
  assert.deepEqual(overviewSearch({ range: '24h' }), { range: '24h' })
  assert.deepEqual(attacksSearch({ q: '', group: 'colour' }), {})
})
