import assert from 'node:assert/strict'
import { test } from 'node:test'
import { multipartBody } from './multipart.ts'
import type { ParsedBody } from './parsed-body.ts'

const limits = { arguments_max: 1_000, json_depth_max: 10, multipart_parts_max: 50 }
const form_type = 'multipart/form-data; boundary=Xy'

function read(body: string, content_type = form_type): ParsedBody {
  return multipartBody(body, content_type, limits)
}

/** A part with CRLF line breaks. */
function part(disposition: string, content: string, ...headers: readonly string[]): string {
  return ['--Xy', `Content-Disposition: ${disposition}`, ...headers, '', content, ''].join('\r\n')
}

/** Flags that are not 0, without the two names. */
function raised(body: ParsedBody): Record<string, number | string> {
  const { NAME, FILENAME, ...flags } = body.multipart
  return Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== 0))
}

const field = part('form-data; name="a"', '1')
const file = part(
  'form-data; name="f"; filename="x.txt"',
  'one\r\ntwo\n',
  'Content-Type: text/plain',
)
const end = '--Xy--\r\n'

test('a clean form gives fields, files and part headers and raises no flag', () => {
  const body = read(field + file + end)
  assert.equal(body.error, undefined)
  assert.deepEqual(body.args, [['a', '1']])
  assert.deepEqual(body.files, [
    { field: 'f', filename: 'x.txt', size: 9, content: 'one\r\ntwo\n' },
  ])
  assert.deepEqual(body.part_headers, [
    ['a', 'Content-Disposition: form-data; name="a"'],
    ['f', 'Content-Disposition: form-data; name="f"; filename="x.txt"'],
    ['f', 'Content-Type: text/plain'],
  ])
  assert.deepEqual(raised(body), {})
  assert.equal(body.multipart['NAME'], 'f')
  assert.equal(body.multipart['FILENAME'], 'x.txt')
})

test('a final boundary at the very end needs no line break, an empty value is a value', () => {
  const body = read(`${part('form-data; name=a', '')}--Xy--`)
  assert.equal(body.error, undefined)
  assert.deepEqual(body.args, [['a', '']])
  assert.deepEqual(raised(body), {})
})

test('a file field without a chosen file is an argument', () => {
  const body = read(part('form-data; name="f"; filename=""', '') + end)
  assert.deepEqual(body.args, [['f', '']])
  assert.deepEqual(body.files, [])
})

test('each anomaly of the body raises its flag and the strict error', () => {
  const cases: readonly (readonly [string, string, Record<string, number>])[] = [
    ['data before', `x\r\n${field}${end}`, { DATA_BEFORE: 1 }],
    ['data after', `${field}${end}x`, { DATA_AFTER: 1 }],
    ['LF', (field + end).replaceAll('\r\n', '\n'), { LF_LINE: 1 }],
    ['LF and CRLF', field + end.replace('\r\n', '\n'), { LF_LINE: 1, CRLF_LF_LINES: 1 }],
    ['folding', field.replace('; name', ';\r\n name') + end, { HEADER_FOLDING: 1 }],
    [
      'folding with a vertical tab',
      field.replace('; name', ';\r\n\vname') + end,
      { HEADER_FOLDING: 1, INVALID_HEADER_FOLDING: 1 },
    ],
    ['single quotes', part("form-data; name='a'", '1') + end, { INVALID_QUOTING: 1 }],
  ]
  for (const [name, body, flags] of cases) {
    const parsed = read(body)
    assert.equal(parsed.error, undefined, name)
    assert.deepEqual(raised(parsed), { STRICT_ERROR: 1, ...flags }, name)
    assert.deepEqual(
      parsed.args.filter(([name]) => name !== ''),
      [['a', '1']],
      name,
    )
  }
})

test('each anomaly of the Content-Type raises its flag', () => {
  for (const [content_type, flags] of [
    ['multipart/form-data; boundary="Xy"', { BOUNDARY_QUOTED: 1 }],
    ['multipart/form-data; boundary = Xy', { BOUNDARY_WHITESPACE: 1 }],
    ['multipart/form-data; boundary= Xy', { BOUNDARY_WHITESPACE: 1 }],
    ['multipart/form-data boundary=Xy', { MISSING_SEMICOLON: 1 }],
  ] as const) {
    const parsed = read(field + end, content_type)
    assert.deepEqual(raised(parsed), { STRICT_ERROR: 1, ...flags }, content_type)
    assert.deepEqual(parsed.args, [['a', '1']])
    assert.equal(parsed.error, undefined)
  }
  for (const content_type of [
    'Multipart/Form-Data; charset=utf-8; Boundary=Xy',
    'multipart/form-data; boundary=Xy; charset=utf-8',
    'multipart/form-data; boundary=Xy;',
  ]) {
    assert.deepEqual(raised(read(field + end, content_type)), {}, content_type)
  }
})

test('a boundary may hold the word boundary', () => {
  const type = 'multipart/form-data; boundary=boundary'
  const body = read((field + end).replaceAll('--Xy', '--boundary'), type)
  assert.deepEqual(body.args, [['a', '1']])
  assert.equal(body.error, undefined)
})

test('a Content-Type whose boundary is broken is an error', () => {
  for (const content_type of [
    '',
    'multipart/form-data',
    'multipart/mixed; boundary=Xy',
    'multipart/form-data; boundary=',
    'multipart/form-data; boundary=Xy; boundary=Zz',
    'multipart/form-data; boundary=Xy; x="; boundary=Zz"',
    'multipart/form-data; boundary="Xy',
    'multipart/form-data; boundary=X"y',
    'multipart/form-data; boundary=X\xe4y',
    'multipart/form-data; boundary="Xy "',
    'multipart/form-data; boundary=X@y',
    `multipart/form-data; boundary=${'X'.repeat(71)}`,
  ]) {
    const parsed = read(field + end, content_type)
    assert.match(parsed.error ?? '', /^Multipart: /, content_type)
    assert.equal(parsed.multipart['STRICT_ERROR'], 1)
  }
})

test('a broken boundary is an error and what can be read is read', () => {
  for (const [name, body] of [
    ['none', 'a=1&b=2'],
    ['no final one', field],
    ['final one without its dashes', `${field}--Xy\r\n`],
    ['white space behind it', `${field}--Xy \r\n${end}`],
    ['white space before it', `${field}-- Xy\r\n${end}`],
    ['more behind it', `${field}--Xyz\r\n${end}`],
  ] as const) {
    assert.match(read(body).error ?? '', /^Multipart: /, name)
    assert.equal(read(body).multipart['STRICT_ERROR'], 1, name)
  }
  assert.deepEqual(read(field).args, [['a', '1']])
  const quoted = read(`${field}--"Xy"\r\n${end}`, 'multipart/form-data; boundary="Xy"')
  assert.equal(quoted.error, 'Multipart: quote before the boundary')
})

test('a line that looks like a boundary is told, and whether the true ones hold the body', () => {
  const key = part('form-data; name="k"', '-----BEGIN KEY-----')
  assert.deepEqual(raised(read(key + end)), { UNMATCHED_BOUNDARY: 2 })
  assert.equal(read(key).multipart['UNMATCHED_BOUNDARY'], 1)
  const inside = part('form-data; name="k"', 'text --Xy text')
  assert.equal(read(inside + end).multipart['UNMATCHED_BOUNDARY'], 2)
  assert.equal(read(part('form-data; name="k"', '--') + end).multipart['UNMATCHED_BOUNDARY'], 0)
})

test('a broken part is an error, and the parts behind it are still read', () => {
  const name = 'Content-Disposition: form-data; name="b"'
  for (const broken of [
    '--Xy\r\nContent-Type: text/plain\r\n\r\nx\r\n',
    '--Xy\r\n\r\nx\r\n',
    `--Xy\r\n${name}\r\n`,
    `--Xy\r\n${name}\r\n${name}\r\n\r\nx\r\n`,
    `--Xy\r\n${name}\r\nno colon\r\n\r\nx\r\n`,
    `--Xy\r\n${name}\r\n: x\r\n\r\nx\r\n`,
    `--Xy\r\n${name}\r\nX\x0e: y\r\n\r\nx\r\n`,
    `--Xy\r\n${name}\r\nX : y\r\n\r\nx\r\n`,
    `--Xy\r\n folded: x\r\n${name}\r\n\r\nx\r\n`,
    `--Xy\r\n${name}\r\nX: \0\r\n\r\nx\r\n`,
    `--Xy\r\n${name}\rX: y\r\n\r\nx\r\n`,
    `--Xy\r\n${name}\r\nX: ${'y'.repeat(5_000)}\r\n\r\nx\r\n`,
    `--Xy\r\n${name}\r\n${Array.from({ length: 100 }, (_, index) => `X${index}: y\r\n`).join('')}\r\nx\r\n`,
    part('attachment; name="b"', 'x'),
    part('form-data', 'x'),
    part('form-data; filename="b"', 'x'),
    part('form-data; name="b"; name="c"', 'x'),
    part('form-data; name="b"; filename="c"; filename="d"', 'x'),
    part('form-data; name="b"; other=c', 'x'),
    part('form-data; name="b"; filename*=utf-8\'\'c', 'x'),
    part('form-data; name="b', 'x'),
    part('form-data; name="b" filename="c"', 'x'),
    part('form-data; name=b"c', 'x'),
    part('form-data; name', 'x'),
  ]) {
    const parsed = read(broken + field + end)
    assert.match(parsed.error ?? '', /^Multipart: /, broken)
    assert.equal(parsed.multipart['STRICT_ERROR'], 1)
    assert.deepEqual(parsed.args.at(-1), ['a', '1'], broken)
  }
})

test('what stands before the first and behind the final boundary is seen', () => {
  assert.deepEqual(read(`<x>\r\n${field}${end}<y>`).args, [
    ['', '<x>\r\n'],
    ['a', '1'],
    ['', '<y>'],
  ])
  const body = read(`${field}${end}${field}${end}\r\n`)
  assert.equal(body.error, 'Multipart: boundary after the final one')
  assert.deepEqual(body.args, [
    ['a', '1'],
    ['a', '1'],
  ])
})

test('a body that cannot be split is an argument without a name', () => {
  assert.deepEqual(read('a=<x>').args, [['', 'a=<x>']])
  assert.deepEqual(read('a=<x>', 'multipart/form-data').args, [['', 'a=<x>']])
})

test('a boundary right behind the headers is an error: servers differ in what it ends', () => {
  const body = read(`--Xy\r\nContent-Disposition: form-data; name="b"\r\n\r\n${end}<x>\r\n${end}`)
  assert.equal(body.error, 'Multipart: boundary after the final one')
  assert.deepEqual(body.args, [
    ['b', ''],
    ['', '<x>\r\n'],
  ])
  const once = read(`--Xy\r\nContent-Disposition: form-data; name="b"\r\n\r\n${end}`)
  assert.equal(once.error, 'Multipart: no line break before a boundary')
})

test('a part whose headers run into its content gives that content', () => {
  const body = read(`--Xy\r\nContent-Disposition: form-data; name="b"\r\n<script>\r\n${end}`)
  assert.deepEqual(body.args, [['b', '<script>']])
  assert.equal(body.multipart['INVALID_PART'], 1)
})

test('names are unquoted, with the backslashes of paths kept', () => {
  const disposition = String.raw`form-data; name="a\"b\\c"; filename="C:\dir\x;y.txt"`
  assert.deepEqual(read(part(disposition, 'x') + end).files, [
    { field: 'a"b\\c', filename: 'C:\\dir\\x;y.txt', size: 1, content: 'x' },
  ])
})

test('more parts or more arguments than the limits are errors', () => {
  const many = read(field.repeat(51) + end)
  assert.equal(many.error, 'Multipart: more than 50 parts')
  assert.equal(many.multipart['FILE_LIMIT_EXCEEDED'], 1)
  assert.ok(many.args.length >= 50)
  assert.equal(read(field.repeat(50) + end).error, undefined)
  const narrow = multipartBody(field.repeat(4) + end, form_type, { ...limits, arguments_max: 3 })
  assert.equal(narrow.error, 'Multipart: more than 3 arguments')
  assert.equal(narrow.args.length, 3)
})

test('a binary file keeps every byte', () => {
  const content = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join('')
  const body = read(part('form-data; name="f"; filename="b"', content.repeat(3)) + end)
  assert.equal(body.files[0]?.content, content.repeat(3))
  assert.deepEqual(raised(body), {})
})
