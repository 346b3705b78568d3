import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { countThings, diffDocuments } from './diff.ts'
import { anyDocument, shopDocument } from './documents.support.ts'

test('things are matched by name, fields by path', () => {
  const before = shopDocument({ exceptions: [{ name: 'old', rules: [1] }] })
  const after = structuredClone(before)
  const [shop] = after['sites'] as { mode: string; upstreams: Record<string, unknown>[] }[]
  assert.ok(shop)
  shop.mode = 'monitor'
  shop.upstreams[0] = { ...shop.upstreams[0], url: 'http://127.0.0.1:9' }
  shop.upstreams.push({ ...shop.upstreams[0], backup: true })
  after['exceptions'] = []
  const changes = diffDocuments(before, after)
  const told = changes.map(({ kind, section, name, field }) => [kind, section, name, field])
  assert.deepEqual(told, [
    ['changed', 'sites', 'shop', 'mode'],
    ['changed', 'sites', 'shop', 'upstreams.0.url'],
    ['added', 'sites', 'shop', 'upstreams.1'],
    ['removed', 'exceptions', 'old', ''],
  ])
  assert.deepEqual([changes[0]?.before, changes[0]?.after], ['block', 'monitor'])
  assert.equal(changes[3]?.after, null)
  assert.equal(countThings(changes), 2)
})

test('a new order is a difference only where order means something', () => {
  const own_rules = [
    { name: 'a', text: '' },
    { name: 'b', text: '' },
  ]
  const before = shopDocument({ own_rules })
  const sites = (before['sites'] as unknown[]).toReversed()
  assert.deepEqual(diffDocuments(before, { ...before, sites }), [])
  const after = shopDocument({ own_rules: own_rules.toReversed() })
  const [order] = diffDocuments(before, after)
  assert.deepEqual([order?.section, order?.field, order?.after], ['own_rules', 'order', ['b', 'a']])
})

test('masks are told apart by their site, and nobody writes one twice', () => {
  const before = shopDocument({ masks: [{ name: 'pin' }, { name: 'pin', site: 'shop' }] })
  const after = shopDocument({ masks: [{ name: 'pin', site: 'shop' }, { name: 'tan' }] })
  const told = diffDocuments(before, after).map(({ kind, name }) => [kind, name])
  assert.deepEqual(told, [
    ['removed', 'pin'],
    ['added', 'tan'],
  ])
  assert.throws(() => shopDocument({ masks: [{ name: 'pin' }, { name: 'pin' }] }), {
    code: 'policy.unfit_document',
  })
})

test('a hundred thousand things of one name are told apart in no time', () => {
  // A policy from before, when masks could be written twice.
  const masks = Array.from({ length: 100_000 }, () => ({ name: 'pin', site: '' }))
  const started_ms = performance.now()
  const changes = diffDocuments({ masks: [] }, { masks })
  assert.ok(performance.now() - started_ms < 2000)
  assert.deepEqual([changes.length, changes.at(-1)?.name], [100_000, 'pin (100000)'])
})

test('nothing differs from itself, and everything that differs is told both ways', () => {
  fc.assert(
    fc.property(anyDocument, anyDocument, (a, b) => {
      assert.deepEqual(diffDocuments(a, structuredClone(a)), [])
      assert.equal(diffDocuments(a, b).length, diffDocuments(b, a).length)
    }),
    { numRuns: 100 },
  )
})
