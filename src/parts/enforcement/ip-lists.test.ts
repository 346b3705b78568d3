import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { networkRange } from '#base/address.ts'
import type { ListEntry, ListKind } from '#model/ip-list.ts'
import { compileLists } from './ip-lists.ts'

let made = 0

function entry(kind: ListKind, network: string, more: Partial<ListEntry> = {}): ListEntry {
  return {
    id: `018f0000-0000-7000-8000-${String(++made).padStart(12, '0')}`,
    kind,
    network,
    site: '',
    reason: '',
    origin: 'operator',
    created_by: 'a',
    created_at: '2026-01-01T00:00:00Z',
    expires_at: null,
    ...more,
  }
}

const at = Date.UTC(2026, 0, 1)

test('allow counts before deny before gray, whatever is narrower', () => {
  const lists = compileLists([
    entry('gray', '192.0.2.7'),
    entry('deny', '192.0.2.0/24'),
    entry('allow', '192.0.0.0/16'),
    entry('deny', '2001:db8::/32'),
    entry('gray', '2001:db8::1'),
  ])
  assert.equal(lists.find('192.0.2.7', '', at)?.kind, 'allow')
  assert.equal(lists.find('2001:db8::1', '', at)?.kind, 'deny')
  assert.equal(lists.find('2001:DB8:0::2', '', at)?.kind, 'deny')
  assert.equal(lists.find('198.51.100.1', '', at), undefined)
  assert.equal(lists.find('nonsense', '', at), undefined)
})

test('of one kind the narrowest network is told', () => {
  const lists = compileLists([
    entry('deny', '192.0.2.0/24', { reason: 'wide' }),
    entry('deny', '192.0.2.7', { reason: 'narrow' }),
  ])
  assert.equal(lists.find('192.0.2.7', '', at)?.reason, 'narrow')
  assert.equal(lists.find('192.0.2.8', '', at)?.reason, 'wide')
})

test('an entry holds for its site only, and until it expires', () => {
  const lists = compileLists([
    entry('deny', '192.0.2.7', { site: 'shop' }),
    entry('deny', '192.0.2.8', { expires_at: '2026-01-01T00:00:10Z' }),
  ])
  assert.equal(lists.find('192.0.2.7', '', at), undefined)
  assert.equal(lists.find('192.0.2.7', 'blog', at), undefined)
  assert.equal(lists.find('192.0.2.7', 'shop', at)?.kind, 'deny')
  assert.equal(lists.find('192.0.2.8', '', at + 9999)?.kind, 'deny')
  assert.equal(lists.find('192.0.2.8', '', at + 10_000), undefined)
})

test('an address that IPv6 carries is the one of IPv4', () => {
  const lists = compileLists([
    entry('deny', '::ffff:192.0.2.7'),
    entry('deny', '::ffff:198.51.100.0/120'),
    entry('gray', '0.0.0.0/0'),
  ])
  assert.equal(lists.find('192.0.2.7', '', at)?.kind, 'deny')
  assert.equal(lists.find('::ffff:192.0.2.7', '', at)?.kind, 'deny')
  assert.equal(lists.find('198.51.100.200', '', at)?.kind, 'deny')
  assert.equal(lists.find('203.0.113.1', '', at)?.kind, 'gray')
  assert.equal(lists.find('2001:db8::1', '', at), undefined)
})

test('what is no network is left out', () => {
  const bad = ['', '1.2.3', '1.2.3.4/33', '1.2.3.04', 'a::b::c', '1.2.3.4/-1', 'x/8']
  assert.equal(compileLists(bad.map((network) => entry('deny', network))).size, 0)
})

test('changes add, replace and take away', () => {
  const lists = compileLists([])
  const first = entry('deny', '192.0.2.7')
  lists.change([first], [])
  assert.equal(lists.find('192.0.2.7', '', at)?.kind, 'deny')
  lists.change([{ ...first, network: '192.0.2.8' }], [])
  assert.equal(lists.find('192.0.2.7', '', at), undefined)
  assert.equal(lists.find('192.0.2.8', '', at)?.kind, 'deny')
  lists.change([], [first.id, 'unknown'])
  assert.equal(lists.size, 0)
  assert.equal(lists.find('192.0.2.8', '', at), undefined)
})

test('finds what a look through all entries finds', () => {
  const octet = fc.integer({ min: 0, max: 3 })
  const address = fc.oneof(
    fc.tuple(octet, octet).map(([a, b]) => `10.0.${a}.${b}`),
    fc.tuple(octet, octet).map(([a, b]) => `2001:db8:${a}::${b}`),
  )
  const network = fc
    .tuple(address, fc.integer({ min: 0, max: 128 }))
    .map(([one, bits]) => `${one}/${one.includes(':') ? bits : bits % 33}`)
  const kind = fc.constantFrom<ListKind>('allow', 'deny', 'gray')
  const entries = fc.array(
    fc.tuple(kind, network).map(([k, n]) => entry(k, n)),
    { maxLength: 12 },
  )
  fc.assert(
    fc.property(entries, address, (list, client) => {
      const [point = 0n] = networkRange(client) ?? []
      const fitting = list.filter((one) => {
        const [first = 1n, last = 0n] = networkRange(one.network) ?? []
        // Networks of IPv6, however wide, do not hold addresses of IPv4.
        const isSameFamily = one.network.includes(':') === client.includes(':')
        return isSameFamily && first <= point && point <= last
      })
      const best = (['allow', 'deny', 'gray'] as const).find((k) =>
        fitting.some((one) => one.kind === k),
      )
      assert.equal(compileLists(list).find(client, '', at)?.kind, best)
    }),
  )
})

test('every spelling of an address is read as its canonical one', () => {
  const spellings = [
    ['::', '0:0:0:0:0:0:0:0'],
    ['::1', '0::0:1'],
    ['1::', '1:0:0:0:0:0:0:0'],
    ['2001:db8::a:b', '2001:DB8:0:0:0:0:A:B'],
    ['2001:db8:1:2:3:4:5:6', '2001:0db8:0001:0002:0003:0004:0005:0006'],
    ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
    ['fe80::1', 'fe80::1%eth0'],
    ['192.0.2.1', '::ffff:c000:201'],
  ] as const
  for (const [network, client] of spellings) {
    const lists = compileLists([entry('deny', network)])
    assert.equal(lists.find(client, '', at)?.kind, 'deny', client)
    assert.equal(compileLists([entry('deny', client)]).find(network, '', at)?.kind, 'deny', network)
    assert.equal(lists.find('2001:db8:1:2:3:4:5:7', '', at), undefined)
  }
})

test('entries that share a place come and go one by one', () => {
  const three = [
    entry('gray', '192.0.2.7'),
    entry('deny', '192.0.2.7'),
    entry('allow', '192.0.2.7'),
  ]
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [1, 0, 2],
  ]) {
    const lists = compileLists(three)
    const left = new Set<ListKind>(['gray', 'deny', 'allow'])
    for (const at_index of order) {
      const gone = three[at_index]
      lists.change([], [gone?.id ?? ''])
      left.delete(gone?.kind ?? 'gray')
      const best = (['allow', 'deny', 'gray'] as const).find((kind) => left.has(kind))
      assert.equal(lists.find('192.0.2.7', '', at)?.kind, best)
    }
  }
})
