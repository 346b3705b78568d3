import assert from 'node:assert/strict'
import { test } from 'node:test'
import { demandBounds } from './document.ts'
import { isLarge } from './reader.ts'

test('a document is large by its values, wherever they are, and is not counted to the end', () => {
  const masks = (count: number) => Array.from({ length: count }, () => ({ name: 'a', site: '' }))
  assert.equal(isLarge([{ masks: masks(100) }]), false)
  assert.equal(isLarge([{ masks: masks(3_000) }]), true)
  assert.equal(isLarge([{ masks: masks(1_000) }, { masks: masks(1_000) }]), true)
  assert.equal(isLarge([{ exceptions: [{ rules: new Array(3_000_000).fill(1) }] }]), true)
  assert.equal(isLarge([1, null, 'text']), false)
})

test('a document beyond belief is sent away before anything looks at it', () => {
  const exceptions = Array.from({ length: 50_000 }, (_, i) => ({ name: `e${i}`, rules: [i] }))
  demandBounds({ exceptions })
  const wide = Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [`k${i}`, 1]))
  for (const document of [{ masks: new Array(2_000_000).fill({ name: 'a' }) }, wide]) {
    assert.throws(() => demandBounds(document), { code: 'policy.document_too_large' })
  }
})
