import assert from 'node:assert/strict'
import { test } from 'node:test'
import { guard } from './guard.ts'

const { host, origin } = guard(['Gate.example'])

test('addresses, localhost and configured names are ours, with any port', () => {
  for (const header of [
    '127.0.0.1:8443',
    '[::1]:8443',
    '[::1]',
    '10.0.0.10',
    'localhost',
    'LOCALHOST:80',
    'gate.example',
    'gate.example.:8443',
  ]) {
    assert.doesNotThrow(() => host(header), header)
  }
})

test('other names are not, however they look', () => {
  for (const header of [
    undefined,
    '',
    'evil.example',
    'evil.example:8443',
    'localhost.evil.example',
    'gate.example.evil.example',
    'xgate.example',
    '127.0.0.1.evil.example',
    '127.0.0.1@evil.example',
    '2130706433',
    '0x7f.1',
    '[evil]',
    'localhost:80:80x',
  ]) {
    assert.throws(() => host(header), { code: 'policy.host_unknown' }, String(header))
  }
})

test('changes come from our own pages or from programs', () => {
  const ours = { host: 'gate.example:8443' }
  assert.doesNotThrow(() => origin(ours))
  assert.doesNotThrow(() => origin({ ...ours, origin: 'https://gate.example:8443' }))
  assert.doesNotThrow(() => origin({ ...ours, 'sec-fetch-site': 'same-origin' }))
  assert.doesNotThrow(() => origin({ ...ours, 'sec-fetch-site': 'none' }))
  assert.doesNotThrow(() => origin({ host: 'gate.example', origin: 'https://gate.example' }))
})

test('changes from other pages are refused', () => {
  const ours = { host: 'gate.example:8443' }
  const from = (headers: Parameters<typeof origin>[0]) =>
    assert.throws(() => origin({ ...ours, ...headers }), { code: 'policy.other_origin' })
  from({ origin: 'https://evil.example' })
  from({ origin: 'https://gate.example' })
  from({ origin: 'https://gate.example:8444' })
  from({ origin: 'null' })
  from({ origin: 'gate.example:8443' })
  from({ 'sec-fetch-site': 'cross-site' })
  from({ 'sec-fetch-site': 'same-site', origin: 'https://gate.example:8443' })
  from({ 'sec-fetch-site': ['same-origin', 'cross-site'] })
})
