import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { printable, unprintable } from './printable.ts'

const cases: readonly [name: string, bytes: string, text: string][] = [
  ['plain text stays the same', "1' OR 1=1", "1' OR 1=1"],
  ['a NUL is escaped', 'a\0b', 'a\\x00b'],
  ['valid UTF-8 becomes its characters', '\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80', 'é€😀'],
  ['an overlong sequence is escaped byte by byte', '\xc0\xaf', '\\xc0\\xaf'],
  ['a cut sequence is escaped', 'a\xe2\x82', 'a\\xe2\\x82'],
  ['a surrogate is escaped', '\xed\xa0\x80', '\\xed\\xa0\\x80'],
  ['a right-to-left override is escaped', '\xe2\x80\xae', '\\xe2\\x80\\xae'],
  ['a backslash is doubled, so that nothing can be forged', '\\x00', '\\\\x00'],
]

for (const [name, bytes, text] of cases) {
  test(`printable(): ${name}`, () => assert.equal(printable(bytes), text))
}

test('printable() never gives a control character or a lone surrogate', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const text = printable(Buffer.from(bytes).toString('latin1'))
      assert.ok(text.isWellFormed())
      for (const c of text) assert.ok(c === '\n' || c >= ' ', JSON.stringify(c))
    }),
  )
})

test('unprintable() gives back every byte of what printable() wrote', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (array) => {
      const bytes = Buffer.from(array).toString('latin1')
      assert.equal(unprintable(printable(bytes)), bytes)
    }),
  )
  assert.equal(unprintable('a\\\\x00é'), 'a\\x00\xc3\xa9')
})
