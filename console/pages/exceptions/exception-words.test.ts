import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fits, whatWords, whereWords } from './exception-words.ts'

const editor = {
  name: 'wp-editor',
  site: 'blog',
  path: '/wp-admin/*',
  parameter: 'ARGS:content',
  rules: [942100],
  tags: ['attack-xss'],
  reason: 'Editors paste HTML',
}

test('an exception says where and what does not count', () => {
  assert.equal(whereWords(editor), 'blog, /wp-admin/*')
  assert.equal(whatWords(editor), '942100, attack-xss on ARGS:content')
  assert.equal(whereWords({ name: 'x' }), 'all sites, everywhere')
  assert.equal(whatWords({ name: 'x', parameter: 'ARGS:a' }), 'all rules on ARGS:a')
})

test('a search finds every word, in whatever field it stands', () => {
  assert.equal(fits(editor, 'BLOG 9421'), true)
  assert.equal(fits(editor, 'paste content'), true)
  assert.equal(fits(editor, 'blog shop'), false)
  assert.equal(fits(editor, ''), true)
})
