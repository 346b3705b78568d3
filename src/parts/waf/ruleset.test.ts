import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault } from '#base/fault.ts'
import { compileRuleset } from './ruleset.ts'

const compile = (text: string) =>
  compileRuleset([{ file: 'test.conf', text }], {
    read_data: (path) => (path === 'words.data' ? '# words\nevil\n\n  bad  \n' : undefined),
  })

type BadCase = readonly [what: string, text: string, code: string, place: string, says: RegExp]
const bad: readonly BadCase[] = [
  ['an unknown operator', 'SecRule ARGS "@rxx a" "id:1"', 'unknown_name', '1:15', /"rx"/],
  ['an unknown action', 'SecAction "id:1,\\\n  dney"', 'unknown_name', '2:3', /"deny"/],
  ['an unknown variable', 'SecRule ARGZ "a" "id:1"', 'unknown_name', '1:9', /"ARGS"/],
  [
    'an unknown transformation',
    'SecRule ARGS "a" "id:1,t:lowercas"',
    'unknown_name',
    '1:24',
    /"lowercase"/,
  ],
  [
    'an unknown variable in a macro',
    'SecAction "id:1,msg:\'%{argz.x}\'"',
    'unknown_name',
    '1:17',
    /argz/,
  ],
  [
    'an unknown collection in setvar',
    'SecAction "id:1,setvar:ty.a=1"',
    'unknown_name',
    '1:17',
    /ty/,
  ],
  ['an unknown ctl', 'SecAction "id:1,ctl:ruleEngin=Off"', 'unknown_name', '1:17', /"ruleEngine"/],
  [
    'an operator that needs the network',
    'SecRule ARGS "@gsbLookup x" "id:1"',
    'unsupported',
    '1:15',
    /network/,
  ],
  [
    'an action that runs programs',
    'SecAction "id:1,exec:/bin/sh"',
    'unsupported',
    '1:17',
    /programs/,
  ],
  [
    'an operator without its argument',
    'SecRule ARGS "@pm" "id:1"',
    'missing_argument',
    '1:15',
    /pm/,
  ],
  ['an action without its argument', 'SecAction "id:1,msg"', 'missing_argument', '1:17', /msg/],
  ['a phase that there is not', 'SecAction "id:1,phase:6"', 'bad_argument', '1:17', /1 to 5/],
  [
    'a byte range upside down',
    'SecRule ARGS "@validateByteRange 9-5" "id:1"',
    'bad_argument',
    '1:15',
    /9-5/,
  ],
  [
    'an address that is none',
    'SecRule REMOTE_ADDR "@ipMatch 1.2.3.4/33" "id:1"',
    'bad_argument',
    '1:22',
    /CIDR/,
  ],
  ['another XPath', 'SecRule XML:/a/b "x" "id:1"', 'bad_argument', '1:9', /\/\*/],
  [
    'a selector for a single value',
    'SecRule REQUEST_URI:x "x" "id:1"',
    'bad_argument',
    '1:9',
    /one value/,
  ],
  [
    'a regular expression with a back-reference',
    'SecRule ARGS "(a)\\1" "id:1"',
    'bad_pattern',
    '1:15',
    /back/,
  ],
  [
    'a regular expression that never closes',
    'SecRule ARGS "@rx (a" "id:1"',
    'bad_pattern',
    '1:15',
    /./,
  ],
  [
    'a missing data file',
    'SecRule ARGS "@pmFromFile no.data" "id:1"',
    'missing_data_file',
    '1:15',
    /no\.data/,
  ],
  ['a rule without an id', 'SecRule ARGS "a" "deny"', 'missing_id', '1:1', /no id/],
  [
    'two rules with one id',
    'SecAction "id:7"\nSecAction "id:7"',
    'duplicate_id',
    '2:1',
    /test\.conf:1/,
  ],
  ['a chain without an end', 'SecRule ARGS "a" "id:7,chain"', 'open_chain', '1:1', /7/],
  [
    'a chain that a marker breaks',
    'SecRule ARGS "a" "id:7,chain"\nSecMarker X',
    'open_chain',
    '1:1',
    /7/,
  ],
  [
    'an id inside a chain',
    'SecRule ARGS a "id:7,chain"\nSecRule ARGS b "id:8"',
    'misplaced_action',
    '2:17',
    /first rule/,
  ],
  [
    'a skip to nowhere',
    'SecAction "id:1,skipAfter:EDN"\nSecMarker END',
    'unknown_marker',
    '1:1',
    /"END"/,
  ],
  ['a range of ids that is none', 'SecRuleRemoveById x', 'bad_argument', '1:1', /ids/],
]
for (const [what, text, code, place, says] of bad) {
  test(`${what} keeps a rule set from loading, with file, line and column`, () => {
    assert.throws(
      () => compile(text),
      (error) => {
        assert.ok(error instanceof Fault)
        const { file, line, column } = error.facts
        assert.deepEqual(
          [error.code, `${file}:${line}:${column}`],
          [`waf.${code}`, `test.conf:${place}`],
        )
        assert.ok(error.message.startsWith(`Cannot load rules at test.conf:${place}: `))
        assert.match(error.message, says)
        return true
      },
    )
  })
}

test('a setting with a value that makes no sense is a fault', () => {
  for (const line of ['SecRuleEngine Maybe', 'SecRequestBodyLimit 1k', 'SecCookieFormat 1']) {
    assert.throws(() => compile(line), /Cannot read rules at test\.conf:1:1: Sec/)
  }
})

test('settings of the rule set are there for the edge', () => {
  const { settings, signature, rule_count } = compile(`
SecComponentSignature "TEST/1"
SecRequestBodyAccess On
SecRequestBodyLimit 1000
SecRequestBodyLimitAction ProcessPartial
SecResponseBodyMimeTypesClear
SecResponseBodyMimeType text/HTML application/json
SecAction "id:1,pass"
`)
  assert.equal(signature, 'TEST/1')
  assert.equal(rule_count, 1)
  assert.equal(settings.request_body_access, true)
  assert.equal(settings.request_body_limit_bytes, 1000)
  assert.equal(settings.request_body_limit_action, 'ProcessPartial')
  assert.deepEqual(settings.response_body_mime_types, ['text/html', 'application/json'])
})

test('what loads without effect is listed', () => {
  const text = 'SecAuditLog /x\nSecRule REMOTE_ADDR "@geoLookup" "id:1,sanitiseMatched"'
  assert.deepEqual(compile(text).without_effect, [
    'SecAuditLog',
    'action sanitiseMatched',
    'operator @geoLookup',
  ])
})

test('an exception for a rule that is not there is a warning', () => {
  assert.match(
    compile('SecRuleRemoveById 5').warnings[0] ?? '',
    /test\.conf:1:1: no rule has the id 5/,
  )
})

test('warming up leaves no trace in collections that outlive a request', () => {
  const ruleset = compile(`
SecRuleEngine On
SecAction "id:1,phase:1,pass,nolog,initcol:global=global,setvar:global.n=+1"`)
  ruleset.warmUp()
  const transaction = ruleset.begin({
    request_id: 'r',
    at_ms: 0,
    client_address: '192.0.2.1',
    client_port: 1,
    server_address: '192.0.2.2',
    server_port: 80,
    method: 'GET',
    uri: '/',
    http_version: '1.1',
    headers: [],
  })
  transaction.requestHeaders()
  assert.equal(transaction.variable('GLOBAL:n'), '1')
})
