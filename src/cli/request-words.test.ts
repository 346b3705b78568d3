import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromCurl, fromRaw } from './request-words.ts'

test('a bare address becomes a GET with the headers that curl sends', () => {
  assert.deepEqual(fromCurl(['http://shop.example/a/../etc/passwd?x=%2e#top']), {
    method: 'GET',
    uri: '/a/../etc/passwd?x=%2e',
    http_version: '1.1',
    headers: [
      ['Host', 'shop.example'],
      ['User-Agent', 'curl/8.0'],
      ['Accept', '*/*'],
    ],
    body: '',
  })
})

test('-d makes a form POST, several are joined', () => {
  const found = fromCurl(['curl', '-s', 'http://a/', '-d', 'x=1', '--data-urlencode', 'q=a b'])
  assert.equal(found.method, 'POST')
  assert.equal(found.body, 'x=1&q=a%20b')
  assert.deepEqual(found.headers.at(-1), ['Content-Length', '11'])
})

test('-G moves the data into the query', () => {
  const found = fromCurl(['-G', 'http://a/?z=0', '-d', 'x=1'])
  assert.deepEqual([found.method, found.uri, found.body], ['GET', '/?z=0&x=1', ''])
})

test('a header of one’s own replaces the default', () => {
  const found = fromCurl(['http://a', '-H', 'Host: b', '-A', "x' OR 1=1"])
  assert.deepEqual(found.headers, [
    ['Accept', '*/*'],
    ['Host', 'b'],
    ['User-Agent', "x' OR 1=1"],
  ])
})

test('characters beyond ASCII become their UTF-8 bytes', () => {
  assert.equal(fromCurl(['http://a/é']).uri, '/\xc3\xa9')
})

for (const [name, words] of [
  ['no address', ['-H', 'a: b']],
  ['two addresses', ['http://a', 'http://b']],
  ['a flag that is not understood', ['http://a', '--proxy-header', 'x']],
  ['a flag without its value', ['http://a', '-H']],
  ['a header without colon', ['http://a', '-H', 'abc']],
] as const) {
  test(`${name} is refused, never skipped`, () => {
    assert.throws(() => fromCurl(words), { code: 'cli.bad_request' })
  })
}

test('-d @file reads the file, as curl does, and a file that is not there is refused', () => {
  assert.equal(
    fromCurl(['http://a', '--data-binary', `@${import.meta.filename}`]).body.length > 1000,
    true,
  )
  assert.doesNotMatch(fromCurl(['http://a', '-d', `@${import.meta.filename}`]).body, /\n/)
  assert.throws(() => fromCurl(['http://a', '-d', '@/nonexistent']), { code: 'cli.bad_request' })
})

test('-F makes a multipart form of fields and files', () => {
  const found = fromCurl([
    'http://a',
    '-F',
    'x=1',
    '-F',
    `f=@${import.meta.filename};type=text/plain;filename=a.ts`,
  ])
  const type = found.headers.find(([name]) => name === 'Content-Type')?.[1] ?? ''
  assert.equal(found.method, 'POST')
  assert.match(type, /^multipart\/form-data; boundary=-+gatehouseexplain$/)
  assert.match(found.body, /name="x"\r\n\r\n1\r\n--/)
  assert.match(found.body, /filename="a\.ts"\r\nContent-Type: text\/plain\r\n\r\n/)
})

test('a file where an address should be is refused with what to type', () => {
  assert.throws(() => fromCurl([import.meta.filename]), {
    code: 'cli.bad_request',
    message: /--raw/,
  })
})

test('a raw request keeps its bytes', () => {
  const raw = Buffer.from('POST /x HTTP/1.1\r\nHost: a\r\nX-Y:  z \r\n\r\na=\xff\r\n', 'latin1')
  assert.deepEqual(fromRaw(raw), {
    method: 'POST',
    uri: '/x',
    http_version: '1.1',
    headers: [
      ['Host', 'a'],
      ['X-Y', 'z'],
    ],
    body: 'a=\xff\r\n',
  })
})

test('a raw request without body and with LF lines is read too', () => {
  assert.equal(fromRaw(Buffer.from('GET / HTTP/1.0\nHost: a\n')).headers.length, 1)
})

for (const [name, text] of [
  ['an empty file', ''],
  ['a request line with four words', 'GET / x HTTP/1.1\n\n'],
  ['a line that is no header', 'GET / HTTP/1.1\nhello\n\n'],
] as const) {
  test(`${name} is refused with what was expected`, () => {
    assert.throws(() => fromRaw(Buffer.from(text)), {
      code: 'cli.bad_request',
      message: /expected|no header/,
    })
  })
}
