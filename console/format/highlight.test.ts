import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { pieces } from './highlight.ts'

const shown = (text: string, ranges: { start: number; end: number }[]) =>
  pieces(text, ranges)
    .map((p) => (p.is_marked ? `[${p.text}]` : p.text))
    .join('')

test('pieces() marks what the ranges cover', () => {
  assert.equal(shown('id=1 OR 1=1', [{ start: 3, end: 11 }]), 'id=[1 OR 1=1]')
})

test('pieces() joins ranges that overlap or touch, in any order', () => {
  assert.equal(
    shown('abcdefgh', [
      { start: 4, end: 6 },
      { start: 1, end: 3 },
      { start: 2, end: 4 },
    ]),
    'a[bcdef]gh',
  )
})

test('pieces() ignores a place that cannot be told and cuts what runs over', () => {
  assert.equal(shown('abc', [{ start: -1, end: -1 }]), 'abc')
  assert.equal(shown('abc', [{ start: 2, end: 99 }]), 'ab[c]')
  assert.equal(shown('', [{ start: 0, end: 1 }]), '')
})

test('pieces() never loses or invents a character', () => {
  const range = fc.record({ start: fc.integer({ min: -3, max: 40 }), end: fc.integer({ max: 40 }) })
  fc.assert(
    fc.property(fc.string({ maxLength: 30 }), fc.array(range), (text, ranges) => {
      const joined = pieces(text, ranges)
        .map((p) => p.text)
        .join('')
      assert.equal(joined, text)
    }),
  )
})
