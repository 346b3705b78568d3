import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lineDiff } from './line-diff.ts'

const shown = (before: string, after: string) =>
  lineDiff(before, after).map(
    (line) => ({ same: ' ', added: '+', removed: '-' })[line.kind] + line.text,
  )

test('a changed line stands between a few of its neighbours', () => {
  const lines = Array.from({ length: 20 }, (_, i) => `line ${i}`)
  const after = lines.map((line, i) => (i === 10 ? 'other' : line))
  assert.deepEqual(shown(lines.join('\n'), after.join('\n')), [
    ' line 7',
    ' line 8',
    ' line 9',
    '-line 10',
    '+other',
    ' line 11',
    ' line 12',
    ' line 13',
  ])
})

test('what both have in common stays, in order', () => {
  assert.deepEqual(shown('a\nb\nc\nd', 'a\nx\nc\ny\nd'), [' a', '-b', '+x', ' c', '+y', ' d'])
})

test('a text that was not there is added as a whole', () => {
  assert.deepEqual(shown('', 'a\nb'), ['+a', '+b'])
  assert.deepEqual(shown('a', 'a'), [' a'])
})

test('two large texts without anything in common are told at once', () => {
  const big = (word: string) => Array.from({ length: 50_000 }, (_, i) => `${word} ${i}`).join('\n')
  assert.equal(lineDiff(big('a'), big('b')).length, 100_000)
})
