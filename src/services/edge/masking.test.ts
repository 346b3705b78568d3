import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assert as check, constantFrom, property, string, stringMatching } from 'fast-check'
import type { HeaderField } from '#parts/http/head.ts'
import { isSecretName } from './masking/names.ts'
import { patternRanges } from './masking/patterns.ts'
import { looseRanges } from './masking/places.ts'
import { masked, shapeOf } from './masking/shape.ts'
import { maskRequest } from './masking.ts'

test('a masked secret keeps its length and the classes of its characters', () => {
  assert.equal(shapeOf('Ab3-é x'), 'Xx0**'.concat(' x').replace('**', '**'))
  assert.equal(masked('a=secret&b=1', [[2, 8]]), 'a=xxxxxx&b=1')
  assert.equal(
    masked('abcdef', [
      [3, 5],
      [1, 4],
    ]),
    'axxxxf',
  )
})

test('names of secrets are known in many spellings, honest names are left alone', () => {
  const secret = [
    'password',
    'Password',
    'user[password]',
    'user_pass',
    'pass',
    'pass2',
    'pwd',
    'new-passwd',
    'client_secret',
    'access_token',
    'csrfmiddlewaretoken',
    'X-CSRF-Token',
    '__RequestVerificationToken',
    'api_key',
    'x-api-key',
    'apikey',
    'authorization',
    'PHPSESSID',
    'JSESSIONID',
    'sid',
    'session_id',
    'cvv',
    'cc_number_card_number',
    'login.pw',
    'otp',
    'passphrase',
    'userPwd',
  ]
  const honest = [
    'name',
    'q',
    'passenger',
    'compass',
    'page',
    'id',
    'description',
    'author',
    'pinned',
    'considered',
    'sidebar',
    'path',
    'keyword',
    'opinion',
  ]
  for (const name of secret) assert.ok(isSecretName(name), name)
  for (const name of honest) assert.ok(!isSecretName(name), name)
})

test('card numbers are found by their check digit, other numbers are left alone', () => {
  const find = (text: string) => patternRanges(text).map(([a, b]) => text.slice(a, b))
  assert.deepEqual(find('pay 4111 1111 1111 1111 now'), ['4111 1111 1111 1111'])
  assert.deepEqual(find('4111-1111-1111-1111'), ['4111-1111-1111-1111'])
  assert.deepEqual(find('x=378282246310005&y'), ['378282246310005'])
  assert.deepEqual(find('4111+1111+1111+1111'), ['4111+1111+1111+1111'])
  assert.deepEqual(find('4111%201111%201111%201111'), ['4111%201111%201111%201111'])
  assert.deepEqual(find('4111 1111 1111 1112'), [])
  assert.deepEqual(find('phone 0123456789, order 100200300'), [])
  assert.deepEqual(find('0000000000000000'), [])
})

test('bearer and signed tokens are found wherever they stand', () => {
  const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdef'
  for (const text of [
    `Bearer abcdef123`,
    `x ${token} y`,
    `{"h":"Bearer abcdef123"}`,
    `u=Bearer%20abcdef123`,
  ])
    assert.ok(!/abcdef/.test(masked(text, patternRanges(text))), text)
})

const secret = stringMatching(/^[A-Za-z0-9]{6,20}[!$*()_.~-]{0,3}[A-Za-z0-9]{2,6}$/)

type Place = {
  readonly uri?: string
  readonly headers?: readonly HeaderField[]
  readonly type?: string
  readonly body?: string
}

/** Every way to hide a secret in a request that we know of. */
const places: Readonly<Record<string, (s: string) => Place>> = {
  query: (s) => ({ uri: `/?a=1&password=${s}&b=2` }),
  query_encoded: (s) => ({ uri: `/?p%61ssword=${encodeURIComponent(s)}` }),
  query_all_encoded: (s) => ({
    uri: `/?pwd=${[...s].map((c) => `%${c.charCodeAt(0).toString(16)}`).join('')}`,
  }),
  query_json: (s) => ({ uri: `/?j=${encodeURIComponent(JSON.stringify({ password: s }))}` }),
  path: (s) => ({ uri: `/x;jsessionid=${s}?y=1` }),
  cookie: (s) => ({ headers: [['Cookie', `theme=dark; sid=${s}; x=1`]] }),
  cookie_any_name: (s) => ({ headers: [['cookie', `whatever=${s}`]] }),
  cookie_no_name: (s) => ({ headers: [['cookie', s]] }),
  basic: (s) => ({ headers: [['Authorization', `Basic ${s}`]] }),
  bare_authorization: (s) => ({ headers: [['AUTHORIZATION', s]] }),
  proxy_authorization: (s) => ({ headers: [['Proxy-Authorization', `Bearer ${s}`]] }),
  key_header: (s) => ({ headers: [['X-Api-Key', s]] }),
  csrf_header: (s) => ({ headers: [['x-csrf-token', s]] }),
  referer: (s) => ({ headers: [['Referer', `https://a.example/?token=${s}&x=1`]] }),
  odd_header: (s) => ({ headers: [['X-Debug', `user=1 password="${s}" y`]] }),
  form: (s) => ({
    type: 'application/x-www-form-urlencoded',
    body: `a=1&user[pass]=${encodeURIComponent(s)}&c=3`,
  }),
  form_twice: (s) => ({ type: 'application/x-www-form-urlencoded', body: `pwd=${s}&note=${s}` }),
  json: (s) => ({ type: 'application/json', body: JSON.stringify({ a: 1, password: s, b: 2 }) }),
  json_spaced: (s) => ({ type: 'application/json', body: `{ "password"  :\n  "${s}" }` }),
  json_deep: (s) => ({
    type: 'application/json',
    body: JSON.stringify({ u: [{ access_token: s }] }),
  }),
  json_list: (s) => ({ type: 'application/json', body: JSON.stringify({ secrets: ['a', s] }) }),
  json_object: (s) => ({
    type: 'application/json',
    body: JSON.stringify({ credentials: { user: 'a', what: s } }),
  }),
  json_in_json: (s) => ({
    type: 'application/json',
    body: JSON.stringify({ x: JSON.stringify({ password: s }) }),
  }),
  json_broken: (s) => ({ type: 'application/json', body: `{"password":"${s}` }),
  json_untyped: (s) => ({ type: 'text/plain', body: JSON.stringify({ password: s }) }),
  multipart: (s) => ({
    type: 'multipart/form-data; boundary=b',
    body: `--b\r\nContent-Disposition: form-data; name="password"\r\n\r\n${s}\r\n--b\r\nContent-Disposition: form-data; name="q"\r\n\r\nhello\r\n--b--\r\n`,
  }),
  multipart_bare_name: (s) => ({
    type: 'multipart/form-data; boundary=b',
    body: `--b\r\ncontent-disposition: form-data; name=pwd\r\nContent-Type: text/plain\r\n\r\n${s}\r\n--b--\r\n`,
  }),
  multipart_no_end: (s) => ({
    type: 'multipart/form-data; boundary=b',
    body: `--b\nContent-Disposition: form-data; name="pass"\n\n${s}`,
  }),
  xml: (s) => ({ type: 'text/xml', body: `<a><password>${s}</password><b>1</b></a>` }),
  xml_attribute: (s) => ({ type: 'text/xml', body: `<login user="a" password="${s}"/>` }),
  plain_text: (s) => ({ type: 'text/plain', body: `user: a\npassword: ${s}\nend` }),
  echoed_elsewhere: (s) => ({ uri: `/?q=${s}`, headers: [['Cookie', `sid=${s}`]] }),
}

function maskedPlace(place: Place) {
  return maskRequest(place.uri ?? '/', place.headers ?? [], place.body ?? '', place.type ?? '')
}

test('no secret leaves, wherever it was planted', () => {
  check(
    property(secret, constantFrom(...Object.keys(places)), (s, name) => {
      const place = places[name]?.(s) ?? {}
      const mask = maskedPlace(place)
      const kept = JSON.stringify([mask.uri, mask.headers, mask.body])
      assert.ok(!kept.includes(s), `${name}: ${kept}`)
      assert.ok(!kept.includes(encodeURIComponent(s)), `${name}: ${kept}`)
      assert.equal(mask.uri.length, (place.uri ?? '/').length)
      assert.equal(mask.body.length, (place.body ?? '').length)
      const quote = `found within ARGS:x: ${s} and ${s.toLowerCase()}`
      const told = mask.text(quote)
      if (name !== 'query_all_encoded') assert.ok(!told.includes(s), `${name}: ${told}`)
    }),
    { numRuns: 1500 },
  )
})

test('honest parts of a request stay readable', () => {
  const mask = maskRequest(
    '/shop/cart?q=blue+shoes&page=2&password=hunter22',
    [
      ['User-Agent', 'Mozilla/5.0 (X11; Linux x86_64)'],
      ['Accept', 'text/html'],
    ],
    '{"name":"Ada","password":"hunter22","items":[1,2,3]}',
    'application/json',
  )
  assert.equal(mask.uri, '/shop/cart?q=blue+shoes&page=2&password=xxxxxx00')
  assert.equal(mask.headers[0]?.[1], 'Mozilla/5.0 (X11; Linux x86_64)')
  assert.equal(mask.body, '{"name":"Ada","password":"xxxxxx00","items":[1,2,3]}')
})

test('a variable is secret by its name, as a cookie, or by what is in it', () => {
  const mask = maskRequest('/?token=abcdef1234', [], '', '')
  assert.ok(mask.isSecret('ARGS:password', 'x'))
  assert.ok(mask.isSecret('ARGS:json.user.password', 'x'))
  assert.ok(mask.isSecret('REQUEST_COOKIES:theme', 'dark'))
  assert.ok(mask.isSecret('REQUEST_HEADERS:Authorization', 'x'))
  assert.ok(mask.isSecret('REQUEST_URI', '/?token=abcdef1234'))
  assert.ok(mask.isSecret('ARGS:note', 'my card is 4111 1111 1111 1111'))
  assert.ok(!mask.isSecret('ARGS:q', '1 union select 2'))
  assert.ok(!mask.isSecret('REQUEST_HEADERS:User-Agent', 'curl'))
})

/** Repeated to any length; `#` is another number each time. */
const hostile: readonly string[] = [
  'bearer+',
  'basic%20',
  'bearer abcdefgh&',
  'eyJ',
  'a#=b#; ',
  '"password":',
  '"password":[',
  '"password#":"v#x",',
  'password:"\\',
  'pwd#=#abc&',
  'password=a;',
  'a=',
  '&',
  '4',
  '1 ',
  '4111-',
  '4111%20',
  'content-disposition:',
  'Content-Disposition: form-data; name="password"\r\n\r\nabcdefgh\r\n--b\r\n',
  '%',
  '%2525',
  '%70wd=%41%42%43%44&',
  '<password>',
  '<password>#ab</password>',
  'a_',
]

function repeated(unit: string, length: number): string {
  if (!unit.includes('#')) return unit.repeat(length / unit.length + 1).slice(0, length)
  let out = ''
  for (let i = 0; out.length < length; i++) out += unit.replaceAll('#', `${i * 7919}`)
  return out.slice(0, length)
}

/** The least of some runs, in ms of this process. */
function cpuOf(work: () => void): number {
  let least = Number.POSITIVE_INFINITY
  for (let run = 0; run < 4; run++) {
    const before = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(before)
    least = Math.min(least, (user + system) / 1000)
  }
  return least
}

/** As a form, as several parts, in a cookie and another header, and quoted by a rule. */
function maskEverywhere(text: string): void {
  maskRequest('/', [], text, 'application/x-www-form-urlencoded').text(text)
  const headers: readonly HeaderField[] = [
    ['x', text],
    ['cookie', text],
  ]
  maskRequest(`/?${text}`, headers, text, 'multipart/form-data').isSecret('ARGS:x', text)
}

for (const unit of hostile)
  test(`masking ${JSON.stringify(unit)} again and again costs little and no more than linear`, () => {
    const long = repeated(unit, 65_536)
    const one = cpuOf(() => maskRequest('/', [], long, 'multipart/form-data'))
    assert.ok(one < 150, `64 KiB took ${one.toFixed(0)} ms`)
    const short = repeated(unit, 16_384)
    const growth =
      cpuOf(() => maskEverywhere(long)) /
      Math.max(
        2,
        cpuOf(() => maskEverywhere(short)),
      )
    assert.ok(growth < 8, `four times the text took ${growth.toFixed(1)} times as long`)
  })

test('secrets that begin alike are told from long texts that nearly hold them at little cost', () => {
  let body = ''
  for (let i = 0; body.length < 32_768; i++) body += `pwd=${'a'.repeat(200 + i)}b&`
  body += `x=${'a'.repeat(32_768)}`
  const took = cpuOf(() => maskRequest('/', [], body, 'application/x-www-form-urlencoded'))
  assert.ok(took < 150, `${took.toFixed(0)} ms`)
})

test('any text can be looked through', () => {
  check(
    property(string({ unit: 'binary-ascii', maxLength: 80 }), (text) => {
      for (const [start, end] of [...looseRanges(text, isSecretName), ...patternRanges(text)]) {
        assert.ok(start >= 0 && end <= text.length && start <= end)
      }
    }),
  )
})
