import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pathText, valueAt, withValueAt } from './json-path.ts'

const document = { sites: [{ name: 'shop', upstreams: [{ url: 'http://a' }] }], rules: {} }

test('a value is found by its path, and nothing where there is none', () => {
  assert.equal(valueAt(document, ['sites', 0, 'upstreams', 0, 'url']), 'http://a')
  assert.equal(valueAt(document, ['sites', 3, 'name']), undefined)
  assert.equal(valueAt(document, ['rules', 'x', 'y']), undefined)
  assert.equal(pathText(['sites', 0, 'name']), 'sites.0.name')
})

test('a change copies only what is on its way', () => {
  const next = withValueAt(document, ['sites', 0, 'upstreams', 0, 'url'], 'http://b')
  assert.equal(valueAt(next, ['sites', 0, 'upstreams', 0, 'url']), 'http://b')
  assert.equal(valueAt(document, ['sites', 0, 'upstreams', 0, 'url']), 'http://a')
  assert.equal(valueAt(next, ['rules']), document.rules)
})

test('undefined takes a key out; what is missing on the way is made', () => {
  assert.deepEqual(withValueAt({ a: 1, b: 2 }, ['a'], undefined), { b: 2 })
  assert.deepEqual(withValueAt({}, ['rollout', 'wait'], '5s'), { rollout: { wait: '5s' } })
})
