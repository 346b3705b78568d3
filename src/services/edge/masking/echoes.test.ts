import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createEchoes } from './echoes.ts'
import { masked } from './shape.ts'

function hidden(secrets: readonly string[], text: string): string {
  const echoes = createEchoes()
  for (const secret of secrets) echoes.add(secret)
  return masked(text, echoes.ranges(text))
}

test('every known secret is found, wherever it stands and whatever it overlaps', () => {
  assert.equal(hidden(['hunter22'], 'a hunter22, hunter22'), 'a xxxxxx00, xxxxxx00')
  assert.equal(hidden(['abcd', 'bcdefgh'], '-abcdefgh-'), '-xxxxxxxx-')
  assert.equal(hidden(['abcdef', 'abcd'], 'abcdex abcdef'), 'xxxxex xxxxxx')
  assert.equal(hidden([], 'abcdef'), 'abcdef')
})

test('a long secret is found by its beginning, also when the quotation is cut', () => {
  const long = 'abcdefghij'.repeat(10)
  assert.equal(hidden([long], `(${long})`), `(${'x'.repeat(100)})`)
  assert.equal(hidden([long], `(${long.slice(0, 60)}`), `(${'x'.repeat(60)}`)
  assert.equal(hidden([long], `(${long.slice(0, 60)}-z`), `(${'x'.repeat(60)}-z`)
  assert.equal(hidden([`${long}1`, `${long}22`], `(${long}22)`), `(${'x'.repeat(100)}00)`)
})

test('after a secret too long to keep all is masked', () => {
  const long = 'ab'.repeat(4000)
  assert.equal(hidden([long], `(${long})`), `(${'x'.repeat(8000)}*`)
})

test('it is full after so many secrets, and after so many that begin alike', () => {
  const echoes = createEchoes()
  for (let i = 0; i < 2000; i++) echoes.add(`secret${i}`)
  assert.ok(!echoes.isFull())
  echoes.add('one more')
  assert.ok(echoes.isFull())
  const alike = createEchoes()
  for (let i = 0; i < 20; i++) alike.add(`${'a'.repeat(40)}${i}`)
  assert.ok(alike.isFull())
})
