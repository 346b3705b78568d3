import assert from 'node:assert/strict'
import { test } from 'node:test'
import { array, assert as check, ipV4, property, string } from 'fast-check'
import { addressSet } from '#base/address.ts'
import { clientAddress, forwardedFor, hopAddress } from './client-address.ts'
import type { Head } from './head.ts'

function headOf(...fields: readonly (readonly [string, string])[]): Head {
  return {
    method: 'GET',
    target: '/',
    path: '/',
    version: '1.1',
    authority: 'a',
    host: 'a',
    headers: fields,
    names: fields.map(([name]) => name.toLowerCase()),
    content_length: undefined,
    has_body: false,
  }
}

const trusted = addressSet(['10.0.0.0/8', '192.0.2.1', 'fd00::/8'])
const xff = (value: string) => headOf(['X-Forwarded-For', value])
const of = (peer: string, head: Head) => clientAddress(peer, head, trusted, 'x-forwarded-for')

test('the list is read from its end, as far as trust reaches', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['198.51.100.9', '203.0.113.1', '198.51.100.9'],
    ['10.0.0.1', '203.0.113.1', '203.0.113.1'],
    ['10.0.0.1', '6.6.6.6, 203.0.113.1', '203.0.113.1'],
    ['10.0.0.1', '6.6.6.6, 203.0.113.1, 10.9.9.9', '203.0.113.1'],
    ['10.0.0.1', '10.1.1.1, 10.2.2.2', '10.1.1.1'],
    ['10.0.0.1', 'unknown', '10.0.0.1'],
    ['10.0.0.1', '203.0.113.1, unknown, 10.2.2.2', '10.2.2.2'],
    ['10.0.0.1', '', '10.0.0.1'],
    ['10.0.0.1', '203.0.113.1:4711', '203.0.113.1'],
    ['10.0.0.1', '[2001:db8::1]:4711', '2001:db8::1'],
    ['10.0.0.1', '::ffff:203.0.113.1', '203.0.113.1'],
    ['fd00::1', '2001:DB8::1', '2001:db8::1'],
    ['10.0.0.1', '010.0.0.1', '10.0.0.1'],
  ]
  for (const [peer, value, expected] of cases)
    assert.equal(of(peer, xff(value)), expected, `${peer} ${value}`)
})

test('several fields are one list, and the other field is never read', () => {
  const head = headOf(
    ['X-Forwarded-For', '6.6.6.6'],
    ['Forwarded', 'for=7.7.7.7'],
    ['X-Forwarded-For', '203.0.113.1'],
  )
  assert.equal(of('10.0.0.1', head), '203.0.113.1')
  assert.equal(clientAddress('10.0.0.1', head, trusted, 'forwarded'), '7.7.7.7')
})

test('Forwarded is read as RFC 7239 writes it', () => {
  assert.deepEqual(forwardedFor('for="_gazonk"'), ['_gazonk'])
  assert.deepEqual(forwardedFor('For="[2001:db8:cafe::17]:4711"'), ['[2001:db8:cafe::17]:4711'])
  assert.deepEqual(forwardedFor('for=192.0.2.60;proto=http;by=203.0.113.43'), ['192.0.2.60'])
  assert.deepEqual(forwardedFor('for=192.0.2.43, for=198.51.100.17'), [
    '192.0.2.43',
    '198.51.100.17',
  ])
  assert.deepEqual(forwardedFor('by="a, b";for=1.2.3.4'), ['1.2.3.4'])
  assert.deepEqual(forwardedFor('host="x;for=6.6.6.6"'), [''])
  assert.deepEqual(forwardedFor('for="1.2.3.4"x').map(hopAddress), [undefined])
})

test('whatever a client writes in front, its own address is what counts', () => {
  check(
    property(array(string()), ipV4(), (lies, client) => {
      if (trusted.has(client)) return
      const value = [...lies.map((lie) => lie.replace(/[^\x20-\x7e]/g, '?')), client].join(', ')
      assert.equal(of('10.0.0.1', xff(value)), client)
    }),
  )
})

test('no field makes the parsers fail', () => {
  check(
    property(string(), (value) => {
      of('10.0.0.1', xff(value))
      clientAddress('10.0.0.1', headOf(['Forwarded', value]), trusted, 'forwarded')
    }),
  )
})
