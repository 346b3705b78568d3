import assert from 'node:assert/strict'
import { BlockList, isIPv4 } from 'node:net'
import { test } from 'node:test'
import { assert as check, ipV4, ipV6, property } from 'fast-check'
import {
  addressSet,
  canonicalAddress,
  canonicalNetwork,
  isLoopback,
  networkOf,
  networkRange,
} from './address.ts'

test('an address has one spelling', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:0201', '192.0.2.1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8:0:1:0:0:0:1', '2001:db8:0:1::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::', '::'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
    ['1:0:3:4:5:6:7:8', '1:0:3:4:5:6:7:8'],
    ['010.0.0.1', undefined],
    ['127.1', undefined],
    ['2130706433', undefined],
    ['192.0.2.1:80', undefined],
    ['', undefined],
    ['a', undefined],
  ]
  for (const [text, expected] of cases) assert.equal(canonicalAddress(text), expected, text)
})

test('every spelling of an address gives the same canonical one', () => {
  check(
    property(ipV6(), (text) => {
      const once = canonicalAddress(text)
      assert.ok(once !== undefined)
      assert.equal(canonicalAddress(once), once)
      assert.ok(addressSet([text]).has(once))
    }),
  )
})

test('a set agrees with the platform on random addresses and networks', () => {
  const networks = ['10.0.0.0/8', '192.0.2.7', '198.51.100.0/25', '2001:db8::/32', '128.0.0.0/2']
  const set = addressSet(networks)
  const oracle = new BlockList()
  for (const network of networks) {
    const [address = '', bits] = network.split('/')
    const family = isIPv4(address) ? 'ipv4' : 'ipv6'
    if (bits === undefined) oracle.addAddress(address, family)
    else oracle.addSubnet(address, Number(bits), family)
  }
  check(property(ipV4(), (a) => assert.equal(set.has(a), oracle.check(a, 'ipv4'))))
  check(
    property(ipV6(), (a) => {
      const plain = canonicalAddress(a) ?? ''
      assert.equal(set.has(a), oracle.check(plain, isIPv4(plain) ? 'ipv4' : 'ipv6'))
    }),
  )
  assert.ok(set.has('::ffff:10.1.2.3'))
  assert.ok(!set.has('nonsense'))
})

test('what is no network has no range', () => {
  for (const text of ['10.0.0.0/33', '10.0.0/8', 'x/8', '10.0.0.0/', '::/129', '10.0.0.0/-1'])
    assert.equal(networkRange(text), undefined, text)
})

test('loopback is told from the rest', () => {
  for (const a of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1']) assert.ok(isLoopback(a))
  for (const a of ['128.0.0.1', '::2', '127.example', '']) assert.ok(!isLoopback(a), a)
})

test('a network has one spelling', () => {
  for (const [text, want] of [
    ['192.0.2.9/24', '192.0.2.0/24'],
    ['192.0.2.9/32', '192.0.2.9'],
    ['192.0.2.9', '192.0.2.9'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['::ffff:192.0.2.0/120', '192.0.2.0/24'],
    ['::ffff:0:0/96', '0.0.0.0/0'],
    ['2001:DB8:0::1/32', '2001:db8::/32'],
    ['::/0', '::/0'],
    ['::1/128', '::1'],
    ['192.0.2.0/33', undefined],
    ['192.0.2.0/', undefined],
    ['example.com', undefined],
  ] as const) {
    assert.equal(canonicalNetwork(text), want, text)
  }
})

test('addresses of one household have one network', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80::/64'],
    ['', ''],
  ]
  for (const [address, network] of cases) assert.equal(networkOf(address), network, address)
})
