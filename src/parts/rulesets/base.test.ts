import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { compileRuleset } from '#parts/waf/ruleset.ts'

const file = join(import.meta.dirname, '../../../packaging/rules/base.conf')
const ruleset = compileRuleset([{ file, text: readFileSync(file, 'latin1') }], {
  read_data: () => undefined,
})

function send(type: string, body: string) {
  const transaction = ruleset.begin({
    request_id: 'r',
    at_ms: 0,
    client_address: '192.0.2.1',
    client_port: 1,
    server_address: '192.0.2.2',
    server_port: 80,
    method: 'POST',
    uri: '/',
    http_version: '1.1',
    headers: [['Content-Type', type]],
  })
  transaction.requestHeaders()
  transaction.requestBody(body)
  return transaction
}

const multipart = 'multipart/form-data; boundary=b'
const part = '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n'

const honest: readonly (readonly [type: string, body: string])[] = [
  ['application/x-www-form-urlencoded', 'a=1&b=%C3%A9'],
  ['application/json; charset=utf-8', '{"a":[1,2,{"b":null}]}'],
  ['application/vnd.api+json', '[]'],
  ['text/xml', '<a b="c">d</a>'],
  ['application/soap+xml; charset=utf-8', '<?xml version="1.0"?><a/>'],
  [multipart, `${part}--b--\r\n`],
  ['text/plain', '{"not": json'],
]
for (const [type, body] of honest) {
  test(`base rules let an honest body of ${type} through`, () => {
    assert.equal(send(type, body).intervention, undefined)
  })
}

const broken: readonly (readonly [what: string, type: string, body: string, rule: number])[] = [
  ['JSON that ends early', 'application/json', '{"a":', 200002],
  ['JSON nested 10,000 deep', 'application/json', '['.repeat(10_000), 200002],
  ['XML with a document type', 'text/xml', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 200002],
  ['a multipart body without an end', multipart, part, 200002],
  ['data before the first part', multipart, `x\r\n${part}--b--\r\n`, 200003],
  ['1,000 arguments', 'application/x-www-form-urlencoded', 'a=1&'.repeat(1000), 200007],
]
for (const [what, type, body, rule] of broken) {
  test(`base rules refuse ${what} with 400`, () => {
    const { intervention, matches } = send(type, body)
    assert.deepEqual(
      [intervention?.status, intervention?.rule_id, intervention?.disruptive],
      [400, rule, true],
    )
    assert.equal(matches.at(-1)?.is_detection, true)
  })
}

test('JSON and XML are seen by their values', () => {
  assert.equal(send('application/json', '{"a":{"b":"c"}}').variable('ARGS:json.a.b'), 'c')
  assert.equal(send('text/xml', '<a>b<c>d</c></a>').variable('XML:/*'), 'bd')
})
