import assert from 'node:assert/strict'
import { test } from 'node:test'
import { counted, oneLine, quoted, revisionOf } from './policy-words.ts'

test('a name that others chose neither steers the terminal nor becomes a command when pasted', () => {
  assert.equal(oneLine('a\u001b[2J\u009bb\nc'), 'a [2J b c')
  assert.equal(quoted("x'; touch y; '"), `'x'\\''; touch y; '\\'''`)
  assert.equal(oneLine('abcdef', 4), 'abc…')
})

test('counts and revisions are read and written as people do', () => {
  assert.deepEqual([counted(1, 'change'), counted(0, 'node')], ['1 change', '0 nodes'])
  assert.equal(revisionOf('12'), 12)
  for (const wrong of ['0', '-1', '1.5', 'head', '9999999999'])
    assert.throws(() => revisionOf(wrong), { code: 'cli.usage' })
})
