import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Fault } from '#base/fault.ts'
import { engine } from './engine.support.ts'
import { compileRuleset } from './ruleset.ts'

const seedRules = [
  `SecRule ARGS|!ARGS:/^x/|&REQUEST_HEADERS:Host "@rx (?i)a(b|c)+" "id:1,phase:2,deny,chain,capture,t:none,t:urlDecodeUni"`,
  `SecRule TX:1 "!@within %{tx.a} x" "setvar:'tx.b=+%{TX.0}',ctl:ruleRemoveTargetById=1-9;ARGS:/p/"`,
  `SecRule XML:/*|FILES "@pm a |41 42| b" \\\n  "id:2,phase:2,msg:'it\\'s',logdata:'%{MATCHED_VAR_NAME}',skipAfter:END"`,
  `SecAction "id:3,phase:1,nolog,pass,initcol:ip=%{REMOTE_ADDR},expirevar:ip.n=60"`,
  'SecMarker END',
  'SecRuleUpdateTargetById 1 "!ARGS:q"',
  'SecDefaultAction "phase:2,log,deny,status:403"',
  'SecResponseBodyMimeType text/html text/plain',
]

/** A rule file with a few characters taken out, put in or exchanged. */
const brokenRules = fc
  .tuple(
    fc.shuffledSubarray(seedRules, { minLength: 1 }),
    fc.array(
      fc.record({
        at: fc.nat(2000),
        cut: fc.nat(3),
        put: fc.constantFrom(
          '',
          '"',
          "'",
          '\\',
          ',',
          ':',
          '|',
          '%{',
          '}',
          '(',
          '\n',
          '@',
          '!',
          '/',
          '\xff',
        ),
      }),
      { maxLength: 3 },
    ),
  )
  .map(([lines, edits]) =>
    edits.reduce((text, { at, cut, put }) => {
      const start = at % (text.length + 1)
      return text.slice(0, start) + put + text.slice(start + cut)
    }, lines.join('\n')),
  )

test('a broken rule file either loads or ends in a fault with its place', () => {
  let loaded = 0
  let refused = 0
  const check = (text: string) => {
    try {
      compileRuleset([{ file: 'fuzz.conf', text }], { read_data: () => '' })
      loaded++
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      assert.equal(error.facts['file'], 'fuzz.conf', error.message)
      assert.ok(Number(error.facts['line']) >= 1 && Number(error.facts['column']) >= 1)
      refused++
    }
  }
  fc.assert(fc.property(brokenRules, check), { numRuns: 3000, seed: 4 })
  assert.ok(loaded > 100 && refused > 1000, `${loaded} loaded, ${refused} refused`)
})

const send = engine(`
SecAction "id:1,phase:1,pass,nolog,ctl:requestBodyProcessor=JSON"
SecRule REQUEST_HEADERS:X "@contains m" "id:2,phase:1,pass,nolog,ctl:requestBodyProcessor=MULTIPART"
SecRule REQUEST_HEADERS:X "@contains x" "id:3,phase:1,pass,nolog,ctl:requestBodyProcessor=XML"
SecRule ARGS|ARGS_NAMES|REQUEST_COOKIES|REQUEST_HEADERS|XML:/*|FILES|REQUEST_LINE|FULL_REQUEST "@rx (\\w+)[^a-z]{2}(.*)$" \\
  "id:4,phase:2,capture,t:urlDecodeUni,t:htmlEntityDecode,t:jsDecode,t:cssDecode,t:cmdLine,t:normalizePath,multiMatch,\\
  setvar:'tx.%{MATCHED_VAR_NAME}=+%{TX.1}',logdata:'%{TX.2}'"
SecRule ARGS|REQUEST_HEADERS "@detectSQLi" "id:5,phase:2"
SecRule ARGS|REQUEST_HEADERS "@detectXSS" "id:6,phase:2"
SecRule TX:/./ "@validateUtf8Encoding" "id:7,phase:2"`)

const bytes = fc
  .array(
    fc.oneof(
      fc.nat(255).map((b) => String.fromCharCode(b)),
      fc.constantFrom('%', '=', '&', ';', '<a ', '"', '--b', '{'),
    ),
  )
  .map((parts) => parts.join(''))

test('whatever the bytes of a request, every phase ends', () => {
  const requests = fc.record({
    uri: bytes,
    method: bytes,
    body: bytes,
    headers: fc.array(
      fc.tuple(fc.oneof(bytes, fc.constantFrom('Cookie', 'Content-Type', 'X', 'Host')), bytes),
    ),
  })
  let matched = 0
  const check = (request: Parameters<typeof send>[0]) => {
    matched += send(request).matches.length
  }
  fc.assert(fc.property(requests, check), { numRuns: 2000, seed: 4 })
  assert.ok(matched > 1000, `the requests tell something: ${matched} matches`)
})
