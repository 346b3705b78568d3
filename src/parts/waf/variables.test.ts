import assert from 'node:assert/strict'
import { test } from 'node:test'
import { engine, ids } from './engine.support.ts'
import { compileRuleset } from './ruleset.ts'
import type { TransactionStart } from './transaction.ts'

const form: Pick<TransactionStart, 'method' | 'headers'> = {
  method: 'POST',
  headers: [['Content-Type', 'application/x-www-form-urlencoded']],
}

test('bodies are read by their type, JSON and XML when a rule says so', () => {
  const send = engine(`
SecRule REQUEST_HEADERS:Content-Type "@contains json" "id:1,phase:1,pass,nolog,ctl:requestBodyProcessor=JSON"
SecRule REQUEST_HEADERS:Content-Type "@contains xml" "id:2,phase:1,pass,nolog,ctl:requestBodyProcessor=XML"
SecRule ARGS_POST|XML:/*|XML://@*|FILES "@rx evil" "id:3,phase:2"
SecRule REQBODY_ERROR "@eq 1" "id:4,phase:2"`)
  const found = (type: string, body: string) =>
    send({ method: 'POST', headers: [['Content-Type', type]], body }).matches.map((m) => m.variable)
  assert.deepEqual(found('application/x-www-form-urlencoded', 'a=%65vil'), ['ARGS_POST:a'])
  assert.deepEqual(found('application/json', '{"a":{"b":"\\u0065vil"}}'), ['ARGS_POST:json.a.b'])
  assert.deepEqual(found('text/xml', '<a b="evil">evil</a>'), ['XML:/*', 'XML://@*'])
  assert.deepEqual(found('application/json', '{"a":'), ['REQBODY_ERROR'])
  assert.deepEqual(
    found(
      'multipart/form-data; boundary=b',
      '--b\r\nContent-Disposition: form-data; name="f"; filename="evil.php"\r\n\r\nx\r\n--b--\r\n',
    ),
    ['FILES:f'],
  )
})

test('the raw body is there for forms, not for XML, and for unknown types when forced', () => {
  const rules = `
SecRule REQUEST_HEADERS:X-Force "1" "id:1,phase:1,pass,nolog,ctl:forceRequestBodyVariable=On"
SecRule REQUEST_BODY "@contains evil" "id:2,phase:2"`
  const send = engine(rules)
  assert.deepEqual(ids(send({ ...form, body: 'evil' })), [2])
  assert.deepEqual(ids(send({ method: 'POST', body: 'evil' })), [])
  assert.deepEqual(ids(send({ method: 'POST', headers: [['X-Force', '1']], body: 'evil' })), [2])
})

test('an error that the edge met while reading the body is an error of the body', () => {
  const ruleset = compileRuleset(
    [{ file: 'a', text: `SecRuleEngine On\nSecRule REQBODY_ERROR "@eq 1" "id:1,phase:2,deny"` }],
    { read_data: () => undefined },
  )
  const transaction = ruleset.begin({
    request_id: 'r',
    at_ms: 0,
    client_address: '::1',
    client_port: 1,
    server_address: '::1',
    server_port: 1,
    method: 'POST',
    uri: '/',
    http_version: '1.1',
    headers: [],
  })
  transaction.requestHeaders()
  assert.equal(transaction.requestBody('x', { error: 'gzip: truncated' })?.rule_id, 1)
})

test('responses are looked at when their type is one that is inspected', () => {
  const send = engine(`
SecRule RESPONSE_STATUS "@streq 500" "id:1,phase:3"
SecRule RESPONSE_BODY "@contains secret" "id:2,phase:4,deny"`)
  const body = 'a secret'
  assert.deepEqual(
    ids(send({ response: { status: 500, type: 'text/html; charset=x', body } })),
    [1, 2],
  )
  assert.deepEqual(ids(send({ response: { status: 500, type: 'image/png', body } })), [1])
})

test('collections outlive the request until they expire', () => {
  const send = engine(`
SecAction "id:1,phase:1,pass,nolog,initcol:ip=%{REMOTE_ADDR},setvar:ip.n=+1,expirevar:ip.n=60"
SecRule IP:n "@gt 1" "id:2,phase:1,deny"`)
  const at_ms = Date.UTC(2026, 0, 1)
  assert.equal(send({ at_ms }).intervention, undefined)
  assert.equal(send({ at_ms, client_address: '192.0.2.2' }).intervention, undefined)
  assert.equal(send({ at_ms: at_ms + 59_000 }).intervention?.rule_id, 2)
  assert.equal(send({ at_ms: at_ms + 200_000 }).intervention, undefined)
})

test('phrases come from the rule and from a file beside it', () => {
  const send = engine(`
SecRule ARGS "@pm one |74 77|o" "id:1,phase:1"
SecRule ARGS "@pmFromFile words.data" "id:2,phase:1"`)
  assert.deepEqual(ids(send({ uri: '/?a=xONEx' })), [1])
  assert.deepEqual(ids(send({ uri: '/?a=two' })), [1])
  assert.deepEqual(ids(send({ uri: '/?a=Bad+Word' })), [2])
})

test('cookies, paths and users are taken from the request as rules expect them', () => {
  const send = engine('')
  const transaction = send({
    uri: 'http://h:1/a/b%2ephp?x=1#y',
    headers: [
      ['Host', 'h.example:8080'],
      ['Cookie', 'a=1; b=x=y'],
      ['Authorization', `Basic ${btoa('ann:pw')}`],
    ],
  })
  const values = {
    REQUEST_URI: '/a/b%2ephp?x=1#y',
    REQUEST_URI_RAW: 'http://h:1/a/b%2ephp?x=1#y',
    REQUEST_FILENAME: '/a/b.php',
    REQUEST_BASENAME: 'b.php',
    QUERY_STRING: 'x=1#y',
    REQUEST_LINE: 'GET http://h:1/a/b%2ephp?x=1#y HTTP/1.1',
    SERVER_NAME: 'h.example',
    REMOTE_USER: 'ann',
    'REQUEST_COOKIES:b': 'x=y',
    'ARGS_GET:x': '1#y',
    REMOTE_ADDR: '192.0.2.1',
  }
  for (const [name, value] of Object.entries(values)) {
    assert.equal(transaction.variable(name), value, name)
  }
})

test('bytes are bytes: an expression over bytes matches UTF-8 in the request', () => {
  const send = engine('SecRule ARGS "@rx \\xc3\\xa9" "id:1,phase:1"')
  assert.deepEqual(ids(send({ uri: '/?a=%C3%A9' })), [1])
})

test('a body that is too large without its files is an error of the body', () => {
  const send = engine(`
SecRequestBodyNoFilesLimit 20
SecRule REQBODY_ERROR "@eq 1" "id:1,phase:2,logdata:'%{REQBODY_ERROR_MSG}'"`)
  assert.deepEqual(ids(send({ ...form, body: 'a=123456789' })), [])
  const [match] = send({ ...form, body: `a=${'x'.repeat(20)}` }).matches
  assert.match(match?.data ?? '', /larger than 20 bytes/)
})
