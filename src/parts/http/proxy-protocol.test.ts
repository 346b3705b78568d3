import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assert as check, integer, property, uint8Array } from 'fast-check'
import { readProxyHeader } from './proxy-protocol.ts'

const line = (text: string) => readProxyHeader(Buffer.from(text, 'latin1'))
const signature = Buffer.from('0d0a0d0a000d0a515549540a', 'hex')
const binary = (...rest: number[]) => readProxyHeader(Buffer.concat([signature, Buffer.from(rest)]))

test('version 1 as the specification writes it', () => {
  assert.deepEqual(line('PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\nrest'), {
    kind: 'header',
    length: 56,
    source: { address: '255.255.255.255', port: 65535 },
    target: { address: '255.255.255.255', port: 65535 },
  })
  const long = 'PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n'
  assert.deepEqual(line(long), { kind: 'header', length: long.length })
})

test('version 2: TCP over IPv4 and IPv6, LOCAL, unspecified, with TLVs', () => {
  const ipv4 = [1, 2, 3, 4, 5, 6, 7, 8, 0, 80, 1, 187]
  const header = binary(0x21, 0x11, 0, 12, ...ipv4)
  assert.ok(header.kind === 'header')
  assert.deepEqual(header.source, { address: '1.2.3.4', port: 80 })
  assert.deepEqual(header.target, { address: '5.6.7.8', port: 443 })
  const tlv = binary(0x21, 0x11, 0, 15, ...ipv4, 4, 0, 0)
  assert.equal(tlv.kind === 'header' && tlv.length, 31)
  const six = binary(
    0x21,
    0x21,
    0,
    36,
    ...[...Array(15).fill(0), 1],
    ...[...Array(15).fill(0), 2],
    0,
    1,
    0,
    2,
  )
  assert.equal(six.kind === 'header' && six.source?.address, '::1')
  assert.deepEqual(binary(0x20, 0x00, 0, 0), { kind: 'header', length: 16 })
  assert.deepEqual(binary(0x21, 0x00, 0, 0), { kind: 'header', length: 16 })
})

test('what is not a header is told from what is not all there', () => {
  for (const text of ['', 'P', 'PROXY', 'PROXY TCP4 1.2.3.4', 'PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r'])
    assert.equal(line(text).kind, 'more', text)
  for (const text of [
    'GET / HTTP/1.1\r\n',
    'PROXX',
    'PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n',
    'PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n',
    'PROXY TCP4 1.2.3.4 1.2.3.4 01 2\r\n',
    'PROXY TCP4 1.2.3.04 1.2.3.4 1 2\r\n',
    'PROXY TCP4  1.2.3.4 1.2.3.4 1 2\r\n',
    'PROXY UDP4 1.2.3.4 1.2.3.4 1 2\r\n',
    `PROXY TCP4 ${'1'.repeat(200)}`,
  ])
    assert.equal(line(text).kind, 'bad', text)
  assert.equal(binary(0x21, 0x11, 0, 12, 1).kind, 'more')
  assert.equal(binary(0x31, 0x11, 0, 12).kind, 'bad')
  assert.equal(binary(0x22, 0x11, 0, 12).kind, 'bad')
  assert.equal(binary(0x21, 0x12, 0, 0).kind, 'bad')
  assert.equal(binary(0x21, 0x11, 0, 4, 1, 2, 3, 4).kind, 'bad')
  assert.equal(binary(0x21, 0x11, 0xff, 0xff).kind, 'bad')
})

test('random bytes never fail, and a header never claims more than there is', () => {
  check(
    property(uint8Array({ maxLength: 300 }), integer({ min: 0, max: 2 }), (bytes, kind) => {
      const start = [
        Buffer.alloc(0),
        Buffer.from('PROXY TCP4 '),
        Buffer.concat([signature, Buffer.from([0x21])]),
      ][kind]
      const all = Buffer.concat([start ?? Buffer.alloc(0), bytes])
      const header = readProxyHeader(all)
      if (header.kind === 'header') assert.ok(header.length <= all.length && header.length > 0)
      for (let cut = 0; cut < all.length && header.kind === 'header' && cut < header.length; cut++)
        assert.notEqual(readProxyHeader(all.subarray(0, cut)).kind, 'bad')
    }),
    { numRuns: 2000 },
  )
})
