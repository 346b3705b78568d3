import assert from 'node:assert/strict'
import { test } from 'node:test'
import { paletteEntries } from './palette-entries.ts'

test('the code of a block page leads to its request', () => {
  const [entry, ...others] = paletteEntries(' 01931F3C-0000-7000-8000-00000000000a ')
  assert.equal(entry?.href, '/requests/01931f3c-0000-7000-8000-00000000000a')
  assert.equal(others.length, 0)
})

test('an address leads to its attacks, of both kinds of IP', () => {
  assert.equal(paletteEntries('203.0.113.9').at(-1)?.href, '/attacks?q=client%3A203.0.113.9')
  assert.equal(paletteEntries('2001:db8::1').at(-1)?.href, '/attacks?q=client%3A2001%3Adb8%3A%3A1')
})

test('a name finds pages and attack types; the text itself is always offered last', () => {
  const labels = paletteEntries('inj').map((e) => e.label)
  assert.ok(labels.includes('SQL injection'))
  assert.equal(labels.at(-1), 'Attacks with “inj”')
})

test('text that looks like a condition is still only text', () => {
  assert.equal(paletteEntries('type:sqli').at(-1)?.href, '/attacks?q=%22type%3Asqli%22')
})

test('nothing typed offers the pages first', () => {
  assert.deepEqual(
    paletteEntries('')
      .slice(0, 3)
      .map((e) => e.href),
    ['/', '/attacks', '/log'],
  )
})
