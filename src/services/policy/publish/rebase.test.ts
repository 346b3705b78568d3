import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { diffDocuments } from './diff.ts'
import { anyDocument, shopDocument } from './documents.support.ts'
import { rebaseDocument } from './rebase.ts'

type Site = Record<string, unknown> & { name: string }
const sitesOf = (document: Record<string, unknown>) => document['sites'] as Site[]
const withSite = (document: Record<string, unknown>, change: Record<string, unknown>) => {
  const sites = sitesOf(document).map((site) =>
    site.name === 'shop' ? { ...site, ...change } : site,
  )
  return { ...document, sites }
}

test('changes of different fields of one site come together', () => {
  const base = shopDocument()
  const mine = withSite(base, { mode: 'monitor' })
  const theirs = withSite(base, { block_status: 404 })
  const rebased = rebaseDocument(base, mine, theirs)
  assert.ok(rebased.kind === 'merged')
  const shop = sitesOf(rebased.document).find((site) => site.name === 'shop')
  assert.deepEqual([shop?.['mode'], shop?.['block_status']], ['monitor', 404])
})

test('two values for one field are a conflict, one value is not', () => {
  const base = shopDocument()
  const mine = withSite(base, { mode: 'monitor' })
  assert.equal(rebaseDocument(base, mine, withSite(base, { mode: 'monitor' })).kind, 'merged')
  const rebased = rebaseDocument(base, mine, withSite(base, { mode: 'off' }))
  assert.deepEqual(rebased, {
    kind: 'conflict',
    conflicts: [{ section: 'sites', name: 'shop', field: 'mode', mine: 'monitor', theirs: 'off' }],
  })
})

test('what one took away the other cannot have changed', () => {
  const base = shopDocument()
  const without = { ...base, sites: sitesOf(base).filter((site) => site.name !== 'shop') }
  const changed = withSite(base, { mode: 'off' })
  assert.equal(rebaseDocument(base, without, changed).kind, 'conflict')
  assert.equal(rebaseDocument(base, changed, without).kind, 'conflict')
  assert.equal(rebaseDocument(base, without, without).kind, 'merged')
})

test('a list inside a thing is one value: upstreams of both are never mixed', () => {
  const base = shopDocument()
  const upstreams = (port: number) => ({ upstreams: [{ url: `http://127.0.0.1:${port}` }] })
  const rebased = rebaseDocument(base, withSite(base, upstreams(1)), withSite(base, upstreams(2)))
  assert.ok(rebased.kind === 'conflict')
  assert.equal(rebased.conflicts[0]?.field, 'upstreams')
})

test('a new order of own rules survives rules that came in the meantime', () => {
  const own = (...names: string[]) => ({ own_rules: names.map((name) => ({ name, text: '' })) })
  const base = shopDocument(own('a', 'b'))
  const rebased = rebaseDocument(
    base,
    shopDocument(own('b', 'a')),
    shopDocument(own('a', 'new', 'b')),
  )
  assert.ok(rebased.kind === 'merged')
  const names = (rebased.document['own_rules'] as Site[]).map((one) => one.name)
  assert.deepEqual(names, ['b', 'a', 'new'])
})

test('when only one side changed, that side is the result', () => {
  fc.assert(
    fc.property(anyDocument, anyDocument, (base, changed) => {
      for (const [mine, theirs] of [
        [changed, base],
        [base, changed],
        [changed, changed],
      ] as const) {
        const rebased = rebaseDocument(base, mine, theirs)
        assert.ok(rebased.kind === 'merged')
        assert.deepEqual(diffDocuments(rebased.document, changed), [])
      }
    }),
    { numRuns: 100 },
  )
})

test('a merge has every change of both, and no input is changed by it', () => {
  fc.assert(
    fc.property(anyDocument, anyDocument, anyDocument, (base, mine, theirs) => {
      const before = JSON.stringify([base, mine, theirs])
      const rebased = rebaseDocument(base, mine, theirs)
      assert.equal(JSON.stringify([base, mine, theirs]), before)
      if (rebased.kind === 'conflict') return
      const again = rebaseDocument(base, theirs, mine)
      assert.ok(again.kind === 'merged')
      const without_order = (document: Record<string, unknown>) =>
        diffDocuments(document, rebased.document).filter((change) => change.field !== 'order')
      assert.deepEqual(without_order(again.document), [])
    }),
    { numRuns: 100 },
  )
})
