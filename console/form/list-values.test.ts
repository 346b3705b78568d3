import assert from 'node:assert/strict'
import { test } from 'node:test'
import { holdsText, localTime, typedLines } from './list-values.ts'

test('items stand one a line; blanks around them and empty lines are nothing', () => {
  assert.deepEqual(typedLines(' shop.example \n\nwww.shop.example\n', false), [
    'shop.example',
    'www.shop.example',
  ])
})

test('numbers may stand in one line; what is none stays as it was typed', () => {
  assert.deepEqual(typedLines('942100, 942110 x\n1', true), [942100, 942110, 'x', 1])
})

test('a local time goes into its field and comes back as the same minute', () => {
  const at = new Date(2026, 0, 5, 7, 3)
  assert.equal(localTime(at), '2026-01-05T07:03')
  assert.equal(new Date(localTime(at)).getTime(), at.getTime())
})

test('a thing is found by what stands anywhere in it, not by the names of its fields', () => {
  const site = { name: 'shop', upstreams: [{ url: 'http://10.0.0.7:3000' }], mode: 'block' }
  for (const typed of ['', ' SHO ', '0.7:3', 'block']) assert.ok(holdsText(site, typed), typed)
  for (const typed of ['upstreams', 'blog']) assert.ok(!holdsText(site, typed), typed)
})
