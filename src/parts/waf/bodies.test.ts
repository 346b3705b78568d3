import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type BodyLimits,
  bodyProcessors,
  type ParsedBody,
  parseCookies,
  parseUrlencoded,
} from './bodies.ts'

const limits: BodyLimits = { arguments_max: 1_000, json_depth_max: 512, multipart_parts_max: 100 }

function read(
  kind: string,
  body: string,
  content_type = '',
  given: BodyLimits = limits,
): ParsedBody {
  const processor = bodyProcessors.get(kind)
  assert.ok(processor, `no body processor ${kind}`)
  return processor(body, content_type, given)
}

test('parseUrlencoded() splits, decodes and keeps order and duplicates', () => {
  const parsed = parseUrlencoded('a=1&b=%41+c&a=2&&d&=x&e=f=g&%00%ff=%', 10)
  assert.deepEqual(parsed.args, [
    ['a', '1'],
    ['b', 'A c'],
    ['a', '2'],
    ['d', ''],
    ['', 'x'],
    ['e', 'f=g'],
    ['\0\xff', '%'],
  ])
  assert.equal(parsed.invalid_escapes, 1)
  assert.equal(parsed.is_limit_exceeded, false)
  assert.deepEqual(parseUrlencoded('', 10).args, [])
})

test('parseUrlencoded() stops at the limit and says so', () => {
  const query = Array.from({ length: 10_000 }, (_, index) => `f${index}=v`).join('&')
  assert.equal(parseUrlencoded(query, 10_000).args.length, 10_000)
  assert.equal(parseUrlencoded(query, 10_000).is_limit_exceeded, false)
  const cut = parseUrlencoded(query, 9_999)
  assert.equal(cut.args.length, 9_999)
  assert.equal(cut.is_limit_exceeded, true)
})

test('a form of 10,000 fields is an error at the default limit and keeps the fields before it', () => {
  const form = Array.from({ length: 10_000 }, (_, index) => `f${index}=v`).join('&')
  const body = read('URLENCODED', form)
  assert.equal(body.args.length, 1_001)
  assert.match(body.args[1_000]?.[1] ?? '', /^f1000=v&f1001=v/)
  assert.equal(body.error, 'URLENCODED: more than 1000 arguments')
  assert.equal(read('URLENCODED', 'a=1').error, undefined)
})

test('parseCookies() splits at semicolons and first equals signs and decodes nothing', () => {
  assert.deepEqual(parseCookies('a=1; b="x y";\tc;;d=e=f; g=%41+;=v; a=2 '), [
    ['a', '1'],
    ['b', '"x y"'],
    ['c', ''],
    ['d', 'e=f'],
    ['g', '%41+'],
    ['', 'v'],
    ['a', '2 '],
  ])
  assert.deepEqual(parseCookies(''), [])
  assert.deepEqual(parseCookies(' ; ;'), [])
})

test('XML gives the text of the root and each attribute, entities of the standard expanded', () => {
  const body = read(
    'XML',
    '\xef\xbb\xbf<?xml version="1.0" encoding="UTF-8"?>\n<a x="1&lt;2" xmlns:n="urn:n"><!-- no --><n:b y=\'&#x41;\'>t&amp;u</n:b><![CDATA[<c>]]>\xc3\xa9</a>\n',
  )
  assert.equal(body.error, undefined)
  assert.deepEqual(body.xml, { texts: ['t&u<c>\xc3\xa9'], attributes: ['1<2', 'A'] })
  assert.deepEqual(body.args, [])
})

test('XML in ISO 8859-1 is read as such', () => {
  const body = read('XML', '<?xml version="1.0" encoding="ISO-8859-1"?><a b="\xe9">\xe9</a>')
  assert.deepEqual(body.xml, { texts: ['\xc3\xa9'], attributes: ['\xc3\xa9'] })
  assert.equal(body.error, undefined)
})

test('XML that is not well formed, not UTF-8 or declares anything is an error', () => {
  for (const [document, error] of [
    ['<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', /document type/],
    ['<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', /document type/],
    ['<a>&x;</a>', /entity/],
    ['<a><b></a>', /close tag/],
    ['<a>', /unclosed/],
    ['<a/><b/>', /./],
    ['<a x="1" x="2"/>', /duplicate/],
    ['<a x="<"/>', /./],
    ['text', /./],
    ['<a>\xff</a>', /invalid UTF-8/],
    ['<a>\xc0\xaf</a>', /invalid UTF-8/],
    ['<a>\x01</a>', /./],
    ['<a>\0</a>', /NUL/],
    ['\xff\xfe<\0a\0/\0>\0', /UTF-16/],
    ['<?xml version="1.0" encoding="UTF-7"?><a/>', /neither/],
  ] as const) {
    assert.match(read('XML', document).error ?? '', error, document)
  }
  assert.deepEqual(read('XML', '<a b="1">seen<c></a>').xml, { texts: ['seen'], attributes: ['1'] })
})

test('XML that is an error is an argument without a name as it stands', () => {
  const document = '<!DOCTYPE a><a>payload</a>'
  assert.deepEqual(read('XML', document).args, [['', document]])
})

test('XML deeper than the limit or with too many attributes is an error', () => {
  const nested = (depth: number) => `${'<a>'.repeat(depth)}${'</a>'.repeat(depth)}`
  assert.equal(read('XML', nested(512)).error, undefined)
  assert.equal(read('XML', nested(10_000)).error, 'XML: more than 512 levels')
  assert.equal(
    read('XML', nested(10_000), '', { ...limits, xml_depth_max: 10_000 }).error,
    undefined,
  )
  const wide = `<a ${Array.from({ length: 1_001 }, (_, index) => `b${index}="1"`).join(' ')}/>`
  assert.equal(read('XML', wide).error, 'XML: more than 1000 attributes')
  assert.equal(read('XML', wide).xml?.attributes.length, 1_000)
})

test('an empty body says nothing and is no error, of whatever kind', () => {
  for (const kind of bodyProcessors.keys()) {
    const body = read(kind, '', 'multipart/form-data; boundary=x')
    assert.deepEqual(body.args, [])
    assert.equal(body.error, undefined, kind)
  }
})

test('every body processor takes any bytes and gives byte strings', () => {
  const piece = fc.oneof(
    fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
    fc.constantFrom(
      '--x',
      '--x--',
      '\r\n',
      '\n',
      '--',
      'Content-Disposition: form-data; ',
      '\\u00e9',
    ),
    fc.constantFrom(
      'name="a"',
      "filename='b'",
      ';',
      '=',
      '"',
      '\\',
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '1',
    ),
    fc.constantFrom(
      '<a>',
      '</a>',
      '<a b="',
      '"/>',
      '<![CDATA[',
      ']]>',
      '&lt;',
      '&',
      '<?xml',
      '?>',
      '\xc3\xa9',
    ),
  )
  const bytes = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''))
  const types = fc.oneof(fc.constant('multipart/form-data; boundary=x'), bytes)
  fc.assert(
    fc.property(fc.constantFrom(...bodyProcessors.keys()), bytes, types, (kind, body, type) => {
      const parsed = read(kind, body, type)
      const all = [
        ...parsed.args.flat(),
        ...(parsed.xml?.texts ?? []),
        ...parsed.part_headers.flat(),
      ]
      for (const text of all) {
        for (let i = 0; i < text.length; i++) assert.ok(text.charCodeAt(i) < 256)
      }
    }),
    { numRuns: 5_000 },
  )
})

test('a megabyte of any nuisance costs less than two seconds', () => {
  const type = `multipart/form-data; boundary=${'-'.repeat(70)}`
  const wide = { ...limits, json_depth_max: 1_000_000, xml_depth_max: 1_000_000 }
  const seeds = [
    '-',
    '\n-',
    '\n--',
    '--x\r\n',
    '[',
    '{"a":',
    '"\\u0041',
    '<a>',
    '<a b="1">',
    '&amp;',
    '%',
    '&',
    '=;',
    '\\"',
  ]
  for (const seed of seeds) {
    const body = seed.repeat(Math.floor(1_000_000 / seed.length))
    for (const kind of bodyProcessors.keys()) {
      const begin = performance.now()
      read(kind, body, type, wide)
      const took_ms = performance.now() - begin
      assert.ok(took_ms < 2_000, `${kind} took ${took_ms} ms on ${JSON.stringify(seed)}`)
    }
    parseCookies(body)
    read('MULTIPART', '--x\r\n', `multipart/form-data; ${body}`)
  }
})
