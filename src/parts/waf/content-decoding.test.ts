import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brotliCompressSync, crc32, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { type DecodedContent, decodeContent, decodePrefix } from './content-decoding.ts'

const limits = { output_bytes_max: 1 << 20, ratio_max: 100 }
const page = Buffer.from('<p>honest content</p>'.repeat(20))

function reason(result: DecodedContent): string {
  return result.kind === 'refused' ? result.reason : result.kind
}

function decoded(result: DecodedContent): string {
  assert.equal(result.kind, 'decoded')
  return result.kind === 'decoded' ? result.bytes.toString() : ''
}

test('decodeContent() decodes gzip, x-gzip and both readings of deflate', () => {
  for (const [encoding, bytes] of [
    ['gzip', gzipSync(page)],
    ['X-GZip', gzipSync(page)],
    [' GZIP ', gzipSync(page)],
    ['identity, gzip', gzipSync(page)],
    ['deflate', deflateSync(page)],
    ['deflate', deflateRawSync(page)],
  ] as const) {
    assert.equal(decoded(decodeContent(encoding, bytes, limits)), page.toString(), encoding)
  }
})

test('decodeContent() takes up to three encodings off, the last first', () => {
  const twice = gzipSync(gzipSync(page))
  assert.equal(decoded(decodeContent('gzip, gzip', twice, limits)), page.toString())
  const mixed = gzipSync(deflateSync(page))
  assert.equal(decoded(decodeContent('deflate, gzip', mixed, limits)), page.toString())
  assert.equal(reason(decodeContent('gzip, deflate', mixed, limits)), 'corrupt')
  assert.equal(reason(decodeContent('gzip,gzip,gzip,gzip', twice, limits)), 'unsupported')
})

test('decodeContent() joins the members of a gzip stream', () => {
  const bytes = Buffer.concat([gzipSync('one '), gzipSync('two')])
  assert.equal(decoded(decodeContent('gzip', bytes, limits)), 'one two')
})

/** A member with these flags and these bytes between header and content. */
function member(content: string, flags: number, between: string): Buffer {
  const header = Buffer.from([0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 3])
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(crc32(content), 0)
  trailer.writeUInt32LE(content.length, 4)
  return Buffer.concat([header, Buffer.from(between, 'latin1'), deflateRawSync(content), trailer])
}

test('with is_gzip_plain one member without name, comment and extra field is taken, nothing else', () => {
  const plain = { ...limits, is_gzip_plain: true }
  assert.equal(decoded(decodeContent('gzip', gzipSync(page), plain)), page.toString())
  assert.equal(decoded(decodeContent('gzip', member('a=1', 1, ''), plain)), 'a=1')
  const text = '&id=1 union select 2&z='
  for (const [name, bytes] of [
    ['FNAME', member('a=1', 8, `${text}\0`)],
    ['FCOMMENT', member('a=1', 16, `${text}\0`)],
    ['FEXTRA', member('a=1', 4, `${String.fromCharCode(text.length)}\0${text}`)],
  ] as const) {
    assert.equal(decoded(decodeContent('gzip', bytes, limits)), 'a=1', name)
    assert.equal(reason(decodeContent('gzip', bytes, plain)), 'corrupt', name)
    const second = Buffer.concat([gzipSync(''), bytes])
    assert.equal(reason(decodeContent('gzip', second, plain)), 'corrupt', `${name} in a second`)
  }
  const bytes = gzipSync(page)
  for (let length = 1; length < bytes.length; length++)
    assert.equal(reason(decodeContent('gzip', bytes.subarray(0, length), plain)), 'truncated')
  for (const at of [0, 1, 2, bytes.length - 1, bytes.length - 5]) {
    const wrong = Buffer.from(bytes)
    wrong.writeUInt8(wrong.readUInt8(at) ^ 1, at)
    assert.equal(reason(decodeContent('gzip', wrong, plain)), 'corrupt', `byte ${at}`)
  }
})

test('decodeContent() leaves a body without an encoding alone', () => {
  for (const encoding of ['', 'identity', ' , identity ,']) {
    assert.deepEqual(decodeContent(encoding, page, limits), { kind: 'identity' })
  }
})

test('decodeContent() never feeds br, zstd or an unknown encoding to a decoder', () => {
  for (const encoding of ['br', 'zstd', 'compress', 'gzip, br', 'br, gzip', '__proto__']) {
    assert.equal(reason(decodeContent(encoding, brotliCompressSync(page), limits)), 'unsupported')
  }
})

test('decodeContent() sees every truncation', () => {
  for (const [encoding, bytes] of [
    ['gzip', gzipSync(page)],
    ['deflate', deflateSync(page)],
    ['deflate', deflateRawSync(page)],
  ] as const) {
    for (let length = 1; length < bytes.length; length++) {
      const result = decodeContent(encoding, bytes.subarray(0, length), limits)
      assert.equal(result.kind, 'refused', `${encoding} cut to ${length}`)
    }
    const cut = bytes.subarray(0, bytes.length - 1)
    assert.equal(reason(decodeContent(encoding, cut, limits)), 'truncated')
  }
})

test('decodeContent() refuses bytes behind the end', () => {
  for (const tail of ['garbage', '\0', '\0\0\0\0']) {
    for (const [encoding, bytes] of [
      ['gzip', gzipSync(page)],
      ['deflate', deflateSync(page)],
      ['deflate', deflateRawSync(page)],
    ] as const) {
      const longer = Buffer.concat([bytes, Buffer.from(tail)])
      assert.equal(reason(decodeContent(encoding, longer, limits)), 'corrupt')
    }
  }
})

test('decodeContent() refuses a wrong checksum and a stream that asks for a dictionary', () => {
  const bytes = gzipSync(page)
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 6) ^ 1, bytes.length - 6)
  assert.equal(reason(decodeContent('gzip', bytes, limits)), 'corrupt')
  const asking = deflateSync(page, { dictionary: Buffer.from('honest') })
  assert.equal(reason(decodeContent('deflate', asking, limits)), 'corrupt')
})

test('decodeContent() stops a bomb at the limit without unpacking it', () => {
  const bomb = gzipSync(Buffer.alloc(64 << 20))
  const before = process.memoryUsage().arrayBuffers
  const result = decodeContent('gzip', bomb, { output_bytes_max: 1 << 20, ratio_max: 1e9 })
  const grown = process.memoryUsage().arrayBuffers - before
  assert.equal(reason(result), 'too_large')
  assert.ok(grown < 8 << 20, `grew by ${grown} bytes`)
  assert.equal(
    reason(decodeContent('gzip', bomb, { ...limits, output_bytes_max: 1 << 30 })),
    'too_large',
  )
  const nested = gzipSync(bomb)
  assert.equal(reason(decodeContent('gzip, gzip', nested, limits)), 'too_large')
})

test('decodeContent() allows exactly the limit and not a byte more', () => {
  const bytes = gzipSync(Buffer.alloc(1_000))
  assert.equal(decodeContent('gzip', bytes, { ...limits, output_bytes_max: 1_000 }).kind, 'decoded')
  assert.equal(
    reason(decodeContent('gzip', bytes, { ...limits, output_bytes_max: 999 })),
    'too_large',
  )
})

test('decodeContent() gives an empty content for no bytes at all', () => {
  assert.equal(decoded(decodeContent('gzip', Buffer.alloc(0), limits)), '')
})

test('decodeContent() answers for any bytes', () => {
  const encodings = fc.constantFrom('gzip', 'deflate', 'gzip, deflate', 'br', '')
  fc.assert(
    fc.property(encodings, fc.uint8Array({ maxLength: 200 }), (encoding, bytes) => {
      assert.ok(decodeContent(encoding, Buffer.from(bytes), limits).kind)
      const headed = Buffer.concat([gzipSync('').subarray(0, 10), bytes])
      assert.ok(decodeContent(encoding, headed, limits).kind)
      assert.ok(decodeContent(encoding, headed, { ...limits, is_gzip_plain: true }).kind)
    }),
    { numRuns: 500 },
  )
})

/** Text that does not repeat itself, so that its size zipped is near its own. */
const noise = Array.from({ length: 60_000 }, (_, i) => ((i * 2654435761) >>> 0).toString(36)).join(
  ' ',
)

test('decodePrefix() gives the beginning of what is cut, or larger than the limit', () => {
  const spread = Buffer.concat([Buffer.from('head '), Buffer.alloc(8 << 20, 'a')])
  for (const content of [
    Buffer.from(noise),
    spread,
    Buffer.from(`${noise.slice(0, 50_000)}${spread}`),
  ])
    for (const wanted of [100, 20_000, 300_000])
      for (const is_gzip_plain of [true, false])
        for (const [encoding, zipped] of [
          ['gzip', gzipSync(content)],
          ['deflate', deflateSync(content)],
          ['deflate', deflateRawSync(content)],
          ['gzip, gzip', gzipSync(gzipSync(content))],
        ] as const) {
          const result = decodePrefix(encoding, zipped, { output_bytes_max: wanted, is_gzip_plain })
          assert.equal(decoded(result), content.toString('latin1', 0, wanted), encoding)
          const cut = zipped.subarray(0, zipped.length >> 1)
          const half = decoded(
            decodePrefix(encoding, cut, { output_bytes_max: wanted, is_gzip_plain }),
          )
          assert.ok(content.toString('latin1').startsWith(half), encoding)
          // Half of a zip of a zip of equal bytes may be a table and nothing yet.
          assert.ok(half.length > 0 || encoding === 'gzip, gzip', encoding)
        }
})

test('decodePrefix() says what it cannot read, and what stands behind the end', () => {
  const wanted = { output_bytes_max: 1000, is_gzip_plain: true }
  assert.equal(decodePrefix('identity', page, wanted).kind, 'identity')
  assert.equal(reason(decodePrefix('br', page, wanted)), 'unsupported')
  assert.equal(reason(decodePrefix('gzip', page, wanted)), 'corrupt')
  assert.equal(reason(decodePrefix('gzip', member('a=1', 8, 'x\0'), wanted)), 'corrupt')
  const behind = Buffer.concat([gzipSync('a=1'), Buffer.from('&b=2 and more')])
  assert.equal(reason(decodePrefix('gzip', behind, wanted)), 'corrupt')
})

test('decodePrefix() ends soon on a bomb that starts late', () => {
  const bomb = gzipSync(Buffer.concat([Buffer.from(noise), Buffer.alloc(200 << 20)]))
  const before = performance.now()
  const result = decodePrefix('gzip', bomb, { output_bytes_max: 1 << 20 })
  assert.equal(decoded(result).length, 1 << 20)
  assert.ok(performance.now() - before < 1000)
})
