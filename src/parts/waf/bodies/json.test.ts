import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { jsonBody } from './json.ts'
import type { ParsedBody } from './parsed-body.ts'

const limits = { arguments_max: 1_000, json_depth_max: 512, multipart_parts_max: 10 }

function read(body: string, json_depth_max = 512): ParsedBody {
  return jsonBody(body, 'application/json', { ...limits, json_depth_max })
}

test('arguments are called as libmodsecurity calls them', () => {
  const body = read('{"a":{"b":[1,[2],{"c":"x"}]},"":true,"d":null,"e":false,"f":-0.5e+10}')
  assert.equal(body.error, undefined)
  assert.deepEqual(body.args, [
    ['json.a.b.array_0', '1'],
    ['json.a.b.array_1.array_0', '2'],
    ['json.a.b.array_2.c', 'x'],
    ['json.empty-key', 'true'],
    ['json.d', ''],
    ['json.e', 'false'],
    ['json.f', '-0.5e+10'],
  ])
  assert.deepEqual(read('[1,{"a":2}]').args, [
    ['json.array_0', '1'],
    ['json.array_1.a', '2'],
  ])
  assert.deepEqual(read(' "x" ').args, [['json', 'x']])
})

test('duplicate keys are all kept', () => {
  assert.deepEqual(read('{"a":1,"a":2,"__proto__":3}').args, [
    ['json.a', '1'],
    ['json.a', '2'],
    ['json.__proto__', '3'],
  ])
})

test('the key of an empty object or array is seen', () => {
  assert.deepEqual(read('{"<script>":{},"b":[]}').args, [
    ['json.<script>', ''],
    ['json.b', ''],
  ])
  assert.deepEqual(read('{}').args, [])
})

test('escapes are decoded to UTF-8 in keys and values', () => {
  assert.deepEqual(read(String.raw`{"\u0061\"":"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\u0000"}`).args, [
    ['json.a"', '\\/\b\f\n\r\t\xc3\xa9\xf0\x9f\x98\x80\0'],
  ])
  const lone = '\xef\xbf\xbd'
  assert.deepEqual(
    read(String.raw`["\ud800","\udc00x","\ud800\u0041","\ud800\ud800\udc00"]`).args,
    [
      ['json.array_0', lone],
      ['json.array_1', `${lone}x`],
      ['json.array_2', `${lone}A`],
      ['json.array_3', `${lone}\xf0\x90\x80\x80`],
    ],
  )
})

test('whatever RFC 8259 does not allow is an error', () => {
  for (const body of [
    '{',
    '[',
    '[1',
    '[1,',
    '[1,]',
    '[,1]',
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    '{a:1}',
    "{'a':1}",
    '{1:2}',
    '[1 2]',
    '1 2',
    '[]]',
    '{]',
    'tru',
    'nul',
    'True',
    'NaN',
    'Infinity',
    '-',
    '+1',
    '01',
    '1.',
    '.5',
    '1e',
    '1e+',
    '0x10',
    '"',
    '"a',
    '"\\',
    '"\\x41"',
    '"\\u00g0"',
    '"\\u00"',
    '"\t"',
    '"\n"',
    '// c\n1',
    '/* c */1',
    '\xef\xbb\xbf1',
    '\0',
    ' ',
    '[1]\0',
    '"a"\xa0',
    'undefined',
  ]) {
    assert.match(read(body).error ?? '', /^JSON: /, JSON.stringify(body))
  }
})

test('what could not be read is an argument without a name', () => {
  assert.deepEqual(read('{"a":1,"<b>":{"<c>":"<d>\\x"}}').args, [
    ['json.a', '1'],
    ['', ',"<b>":{"<c>":"<d>\\x"}}'],
  ])
  assert.deepEqual(read("{'a':1}").args, [['', "{'a':1}"]])
})

test('invalid UTF-8 is an error and is read all the same', () => {
  for (const bytes of ['\xff', '\xc0\xaf', '\xed\xa0\x80', '\xf5\x80\x80\x80', '\xc3']) {
    const body = read(`{"a":"${bytes}"}`)
    assert.equal(body.error, 'JSON: invalid UTF-8')
    assert.deepEqual(body.args, [['json.a', bytes]])
  }
  assert.equal(read('{"a":"\xc3\xa9"}').error, undefined)
})

test('depth 10,000 is an error at the default limit and no danger above it', () => {
  const deep = `${'['.repeat(10_000)}1${']'.repeat(10_000)}`
  assert.match(read(deep).error ?? '', /^JSON: more than 512 levels/)
  const body = read(deep, 10_000)
  assert.equal(body.error, undefined)
  assert.equal(body.args[0]?.[0].length, 4 + 10_000 * '.array_0'.length)
  const objects = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`
  assert.equal(read(objects, 10_000).error, undefined)
  assert.match(read(objects, 9_999).error ?? '', /more than 9999 levels/)
})

test('more arguments than the limit are an error and those before it are kept', () => {
  const body = read(JSON.stringify(Array.from({ length: 10_000 }, (_, index) => index)))
  assert.equal(body.args.length, 1_001)
  assert.match(body.args[1_000]?.[1] ?? '', /^,1000,1001,/)
  assert.match(body.error ?? '', /more than 1000 arguments/)
})

test('one long key around many short ones does not multiply', () => {
  const body = read(`{"${'k'.repeat(60_000)}":{${'"":0,'.repeat(900)}"":0}}`)
  assert.match(body.error ?? '', /names too long/)
  const bytes = body.args.reduce((sum, [name]) => sum + name.length, 0)
  assert.ok(bytes <= 1 << 20)
})

test('what the runtime writes and reads, we read with the same verdict', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      assert.equal(read(Buffer.from(text).toString('latin1')).error, undefined)
    }),
  )
  const soup = fc.array(
    fc.constantFrom(...'{}[]:,"\\u0041-+.eE19 tfn\n', 'true', 'null', '"a"', '\\u'),
    {
      maxLength: 12,
    },
  )
  fc.assert(
    fc.property(soup, (pieces) => {
      const text = pieces.join('')
      let is_json = true
      try {
        JSON.parse(text)
      } catch {
        is_json = false
      }
      if (text !== '') assert.equal(read(text).error === undefined, is_json, text)
    }),
    { numRuns: 5_000 },
  )
})
