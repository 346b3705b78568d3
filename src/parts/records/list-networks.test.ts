import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listNetwork, protectedNodes } from './list-networks.ts'

const nodeAt = (name: string, address: string, seen_from?: string, revoked_at?: string) => ({
  ...{ name, address, revoked_at: revoked_at ?? null },
  state: seen_from === undefined ? null : { ...state, seen_from },
})
const state = {
  ...{ bundle_id: '', revision: 0, took_ms: null, refusal: null },
  ...{ lists_revision: 0, clock_skew_ms: 0 },
}
const nodes = protectedNodes([
  nodeAt('edge-1', '192.0.2.7:12346'),
  nodeAt('edge-2', '[2001:db8::7]:12346', '::1'),
  nodeAt('edge-3', 'edge-3.example:12346'),
  nodeAt('edge-4', '2001:db8::8'),
])

test('what goes onto a list is written in one way', () => {
  assert.equal(listNetwork(' 203.0.113.0/24 ', 'deny', nodes), '203.0.113.0/24')
  assert.equal(listNetwork('2001:DB9::/32', 'deny', nodes), '2001:db9::/32')
  assert.equal(listNetwork('::ffff:203.0.113.9', 'deny', nodes), '203.0.113.9')
  assert.equal(listNetwork('127.0.0.1', 'allow', nodes), '127.0.0.1')
  assert.equal(listNetwork('0.0.0.0/0', 'gray', nodes), '0.0.0.0/0')
})

test('what would lock the wrong ones out is refused, with the reason', () => {
  for (const [text, code, why] of [
    ['example.com', 'no_network', /neither/],
    ['010.1.1.1', 'no_network', /neither/],
    ['203.0.113.9/24', 'host_bits', /the network is 203\.0\.113\.0\/24/],
    ['0.0.0.0/0', 'too_wide', /Internet/],
    ['128.0.0.0/1', 'too_wide', /Internet/],
    ['::/0', 'too_wide', /Internet/],
    ['2000::/3', 'too_wide', /Internet/],
    ['::ffff:0:0/96', 'too_wide', /Internet/],
    ['127.0.0.1', 'protected_network', /this machine/],
    ['::1', 'protected_network', /this machine/],
    ['192.0.2.0/28', 'protected_network', /the node edge-1/],
    ['2001:db8::7', 'protected_network', /the node edge-2/],
    ['2001:db8::8/127', 'protected_network', /the node edge-4/],
  ] as const) {
    const wrong = { code: `records.${code}`, message: why }
    assert.throws(() => listNetwork(text, 'deny', nodes), wrong, text)
  }
})

test('a node is protected where its line comes from, whatever it says of itself, until it is revoked', () => {
  const told = protectedNodes([
    nodeAt('untrue', '198.51.100.1:1', '::ffff:192.0.2.9'),
    nodeAt('cut off', '198.51.100.2:1', '192.0.2.10', '2026-11-20T12:00:00.000Z'),
  ])
  assert.deepEqual(told, [{ network: '192.0.2.9', what: 'the node untrue' }])
})
