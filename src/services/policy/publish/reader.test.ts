import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLarge } from './reader.ts'

test('a document is large by its values, wherever they are, and is not counted to the end', () => {
  const masks = (count: number) => Array.from({ length: count }, () => ({ name: 'a', site: '' }))
  assert.equal(isLarge([{ masks: masks(100) }]), false)
  assert.equal(isLarge([{ masks: masks(3_000) }]), true)
  assert.equal(isLarge([{ masks: masks(1_000) }, { masks: masks(1_000) }]), true)
  assert.equal(isLarge([{ exceptions: [{ rules: new Array(3_000_000).fill(1) }] }]), true)
  assert.equal(isLarge([1, null, 'text']), false)
})
