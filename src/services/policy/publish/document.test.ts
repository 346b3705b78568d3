import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compactDocument } from '#model/policy-compact.ts'
import { Parts } from '../faults.ts'
import { emptyDocument, readDocument } from './document.ts'
import { anyDocument, shopDocument } from './documents.support.ts'

test('what is exported applies to nothing changed', () => {
  fc.assert(
    fc.property(anyDocument, (document) => {
      const compact = compactDocument(document)
      assert.deepEqual(readDocument(compact).document, document)
      assert.deepEqual(compactDocument(compact), compact)
      assert.deepEqual(readDocument(document).document, document)
    }),
    { numRuns: 200 },
  )
})

test('an export says only what is no default', () => {
  assert.deepEqual(compactDocument(emptyDocument()), {})
  assert.deepEqual(compactDocument(shopDocument({ rollout: { wait: '10s' } })), {
    sites: [
      { name: 'shop', hosts: ['shop.example'], upstreams: [{ url: 'http://127.0.0.1:3000' }] },
      {
        name: 'blog',
        hosts: ['blog.example'],
        mode: 'monitor',
        upstreams: [{ url: 'http://127.0.0.1:3000' }],
      },
    ],
    rollout: { wait: '10s' },
  })
})

test('everything that does not fit is told at once, with its place', () => {
  const given = { sitez: [], sites: [{ name: 'X', hosts: ['a'], upstreams: [{}] }], masks: 1 }
  try {
    readDocument(given)
    assert.fail('it was taken')
  } catch (error) {
    assert.equal((error as { code: string }).code, 'policy.unfit_document')
    const { cause } = error as Error
    assert.ok(cause instanceof Parts)
    const paths = cause.parts.map((part) => part.path).sort()
    assert.deepEqual(paths, ['masks', 'sites.0.name', 'sites.0.upstreams.0.url', 'sitez'])
  }
})
