import assert from 'node:assert/strict'
import { test } from 'node:test'
import { engine, ids } from './engine.support.ts'
import type { Transaction } from './transaction.ts'

test('a rule that denies ends the request and says with which status', () => {
  const send = engine(`
SecRule ARGS:id "@rx ^\\d+x" "id:1,phase:1,deny,status:406"
SecAction "id:2,phase:2,pass,log"
SecAction "id:3,phase:5,pass,log"`)
  const transaction = send({ uri: '/?ID=12x' })
  assert.deepEqual(transaction.intervention, {
    kind: 'deny',
    status: 406,
    rule_id: 1,
    disruptive: true,
  })
  assert.deepEqual(ids(transaction), [1, 3])
  assert.equal(send({ uri: '/?id=12' }).intervention, undefined)
})

test('detection only says what would have been done, and goes on', () => {
  const send = engine(`
SecAction "id:1,phase:1,deny"
SecAction "id:2,phase:2,pass,log"`)
  const transaction = send({ rule_engine: 'DetectionOnly' })
  assert.equal(transaction.intervention?.disruptive, false)
  assert.deepEqual(ids(transaction), [1, 2])
})

test('a rule cannot make a monitored site block', () => {
  const send = engine(`
SecAction "id:1,phase:1,pass,nolog,ctl:ruleEngine=On"
SecAction "id:2,phase:1,deny"`)
  assert.equal(send({ rule_engine: 'DetectionOnly' }).intervention?.disruptive, false)
})

test('an engine that is off looks at nothing', () => {
  const send = engine('SecAction "id:1,phase:1,deny"')
  assert.deepEqual(ids(send({ rule_engine: 'Off' })), [])
})

test('a redirect carries its location with macros expanded', () => {
  const send = engine(`SecAction "id:1,phase:1,redirect:'https://x.example/%{REQUEST_METHOD}'"`)
  const { intervention } = send()
  assert.equal(intervention?.location, 'https://x.example/GET')
  assert.equal(intervention?.status, 302)
})

test('block does what the default action of the phase says', () => {
  const send = engine(`
SecDefaultAction "phase:1,log,deny,status:451"
SecAction "id:1,phase:1,block"
SecAction "id:2,phase:2,block"`)
  assert.equal(send().intervention?.status, 451)
})

test('a chain matches only when every link does, and runs the effects of the links before', () => {
  const send = engine(`
SecRule ARGS:a "@streq 1" "id:1,phase:1,deny,chain,setvar:tx.head=1"
  SecRule ARGS:b "@streq 2" "setvar:tx.link=1"`)
  const half = send({ uri: '/?a=1&b=3' })
  assert.deepEqual(
    [half.intervention, half.variable('TX:head'), half.variable('TX:link')],
    [undefined, '1', undefined],
  )
  assert.equal(send({ uri: '/?a=1&b=2' }).intervention?.rule_id, 1)
})

test('links see what the link before matched and captured', () => {
  const send = engine(`
SecRule ARGS "@rx ^(\\w+)=(\\w+)$" "id:1,phase:1,deny,capture,chain"
  SecRule TX:1 "@streq %{TX.2}" "chain"
    SecRule MATCHED_VARS_NAMES "@streq TX:1"`)
  assert.equal(send({ uri: '/?q=a%3Da' }).intervention?.rule_id, 1)
  assert.equal(send({ uri: '/?q=a%3Db' }).intervention, undefined)
})

test('captures of an earlier match do not outlive the next one', () => {
  const send = engine(`
SecRule ARGS:a "@rx (.)(.)" "id:1,phase:1,pass,nolog,capture"
SecRule ARGS:b "@rx (.)" "id:2,phase:1,pass,nolog,capture"`)
  const transaction = send({ uri: '/?a=xy&b=z' })
  assert.equal(transaction.variable('TX:1'), 'z')
  assert.equal(transaction.variable('TX:2'), undefined)
})

test('skipAfter goes on after the marker, in its own phase only', () => {
  const send = engine(`
SecAction "id:1,phase:1,pass,nolog,skipAfter:END"
SecAction "id:2,phase:1,pass,log"
SecAction "id:3,phase:2,pass,log"
SecMarker END
SecAction "id:4,phase:1,pass,log"`)
  assert.deepEqual(ids(send()), [4, 3])
})

test('skip passes over as many rules of the phase', () => {
  const send = engine(`
SecAction "id:1,phase:1,pass,nolog,skip:1"
SecAction "id:2,phase:2,pass,log"
SecAction "id:3,phase:1,pass,log"
SecAction "id:4,phase:1,pass,log"`)
  assert.deepEqual(ids(send()), [4, 2])
})

test('transformations run in order, and none takes back what stands before it', () => {
  const send = engine(`
SecDefaultAction "phase:1,log,pass,t:lowercase"
SecRule ARGS "@streq <a>" "id:1,phase:1,t:htmlEntityDecode"
SecRule ARGS "@streq &LT;A&GT;" "id:2,phase:1,t:none"`)
  assert.deepEqual(ids(send({ uri: '/?x=%26LT;A%26GT;' })), [1, 2])
})

test('multiMatch looks at every value on the way, and counts once', () => {
  const send = engine(`
SecRule ARGS "@contains %41" "id:1,phase:1,multiMatch,t:urlDecode,t:lowercase,setvar:tx.n=+1"
SecRule ARGS "@contains %41" "id:2,phase:1,t:urlDecode,t:lowercase"
SecRule ARGS "@rx ." "id:3,phase:1,multiMatch,t:urlDecode,t:lowercase,setvar:tx.m=+1"`)
  const transaction = send({ uri: '/?x=%2541' })
  assert.deepEqual(ids(transaction), [1, 3])
  assert.equal(transaction.variable('TX:m'), '1')
})

test('setvar adds, subtracts, deletes, and happens once for each value that matches', () => {
  const send = engine(`
SecRule ARGS "@rx ." "id:1,phase:1,pass,nolog,setvar:tx.n=+2"
SecAction "id:2,phase:1,pass,nolog,setvar:tx.n=-1,setvar:tx.gone=1,setvar:'!tx.gone',setvar:tx.one"
SecAction "id:3,phase:1,pass,nolog,setvar:'tx.name_%{TX.n}=%{TX.one}x'"`)
  const transaction = send({ uri: '/?a=1&b=2&c=3' })
  assert.equal(transaction.variable('TX:N'), '5')
  assert.equal(transaction.variable('TX:gone'), undefined)
  assert.equal(transaction.variable('TX:name_5'), '1x')
})

test('counts and negations match on absence', () => {
  const send = engine(`
SecRule &REQUEST_HEADERS:Host "@eq 0" "id:1,phase:1"
SecRule QUERY_STRING "!@contains x" "id:2,phase:1"
SecRule ARGS:a "!@streq x" "id:3,phase:1"
SecRule QUERY_STRING "@rx ^$" "id:4,phase:1"`)
  assert.deepEqual(ids(send()), [1, 2, 4])
})

test('exclusions by name and by expression leave values out, whatever the case of the name', () => {
  const send = engine(`
SecRule ARGS|!ARGS:Pass|!ARGS:/^x_/ "@rx ." "id:1,phase:1"`)
  const transaction = send({ uri: '/?pass=1&X_y=2&b=3' })
  assert.deepEqual(
    transaction.matches.map((match) => match.variable),
    ['ARGS:b'],
  )
})

test('rules and targets are removed and changed by directives', () => {
  const send = engine(`
SecRule ARGS "@rx ." "id:1,phase:1,tag:'a/b'"
SecRule ARGS "@rx ." "id:2,phase:1,msg:'gone by message'"
SecRule ARGS "@rx ." "id:3,phase:1,pass"
SecRule ARGS "@rx ." "id:4,phase:1"
SecRuleRemoveByTag "^a/"
SecRuleRemoveByMsg "by message$"
SecRuleUpdateTargetById 3 "!ARGS:x,REQUEST_METHOD"
SecRuleUpdateActionById 3 "deny,status:418"
SecRuleRemoveById 4-9`)
  const transaction = send({ uri: '/?x=1' })
  assert.deepEqual(
    transaction.matches.map((match) => [match.rule_id, match.variable]),
    [[3, 'REQUEST_METHOD']],
  )
  assert.equal(transaction.intervention?.status, 418)
})

test('ctl removes rules and targets for the rest of the request only', () => {
  const send = engine(`
SecRule ARGS:off "@streq 1" "id:1,phase:1,pass,nolog,ctl:ruleRemoveById=2,ctl:ruleRemoveTargetByTag=mine;ARGS:p"
SecRule ARGS:p "@rx ." "id:2,phase:1"
SecRule ARGS "@rx ." "id:3,phase:1,tag:mine"`)
  const variables = (transaction: Transaction) => transaction.matches.map((m) => m.variable)
  assert.deepEqual(variables(send({ uri: '/?off=1&p=2' })), ['ARGS:off'])
  assert.deepEqual(variables(send({ uri: '/?p=2' })), ['ARGS:p', 'ARGS:p'])
})

test('allow ends the phase, the request phases or the transaction', () => {
  const rules = (action: string) => `
SecAction "id:1,phase:1,nolog,${action}"
SecAction "id:2,phase:1,log"
SecAction "id:3,phase:2,log"
SecAction "id:4,phase:3,log"
SecAction "id:5,phase:5,log"`
  assert.deepEqual(ids(engine(rules('allow:phase'))()), [3, 4, 5])
  assert.deepEqual(ids(engine(rules('allow:request'))()), [4, 5])
  assert.deepEqual(ids(engine(rules('allow'))()), [5])
})

test('the record of a match says what matched, where, and how it was decoded', () => {
  const send = engine(`
SecRule ARGS "@rx on(load|error)=" "id:10,phase:1,block,capture,t:none,t:urlDecodeUni,t:lowercase,\\
  msg:'Event %{TX.1}',logdata:'%{MATCHED_VAR_NAME}: %{TX.0}',severity:CRITICAL,ver:'v1',\\
  tag:'attack-xss',tag:'paranoia-level/2',setvar:'tx.inbound_anomaly_score_pl2=+5'"
SecAction "id:11,phase:1,pass,nolog,setvar:tx.blocking_paranoia_level=2"`)
  const transaction = send({ uri: '/?q=x%2520OnLoad=1' })
  assert.deepEqual(transaction.matches, [
    {
      rule_id: 10,
      phase: 1,
      message: 'Event load',
      data: 'ARGS:q: onload=',
      severity: 'CRITICAL',
      tags: ['attack-xss', 'paranoia-level/2'],
      version: 'v1',
      file: 'test.conf',
      line: 6,
      operator: '@rx on(load|error)=',
      score: 5,
      paranoia_level: 2,
      variable: 'ARGS:q',
      value: 'x onload=1',
      raw_value: 'x%20OnLoad=1',
      steps: [
        { transformation: 'urlDecodeUni', value: 'x OnLoad=1' },
        { transformation: 'lowercase', value: 'x onload=1' },
      ],
      matched_text: 'onload=',
      matched_at: 2,
      is_detection: true,
    },
  ])
  assert.deepEqual(transaction.scores, { inbound: 5, outbound: 0 })
})

test('a chain is recorded once, by the value of the request that tells most', () => {
  const send = engine(`
SecRule ARGS "@rx a(.)" "id:1,phase:1,deny,capture,chain"
  SecRule TX:1 "@streq b"`)
  const [match] = send({ uri: '/?q=xab' }).matches
  assert.deepEqual([match?.variable, match?.matched_text], ['ARGS:q', 'ab'])
})

test('a value that a chain hands on keeps the way it was decoded', () => {
  const send = engine(`
SecRule ARGS "@rx ." "id:1,phase:1,deny,t:urlDecodeUni,chain"
  SecRule MATCHED_VARS "@streq ab" "t:lowercase"`)
  const [match] = send({ uri: '/?q=%2541B' }).matches
  assert.deepEqual([match?.variable, match?.raw_value, match?.value], ['ARGS:q', '%41B', 'ab'])
  assert.deepEqual(
    match?.steps.map((step) => step.value),
    ['AB', 'ab'],
  )
})

test('records of matches are bounded, and what found no room is counted', () => {
  const send = engine('SecRule ARGS "@rx ." "id:1,phase:1"')
  const uri = `/?${Array.from({ length: 900 }, (_, i) => `a${i}=1`).join('&')}`
  const transaction = send({ uri })
  assert.deepEqual([transaction.matches.length, transaction.matches_left_out], [500, 400])
})

test('a phase ends when the time for rules is used up, later ones but logging do not run', () => {
  const rules = Array.from({ length: 100 }, (_, at) => `SecAction "id:${at + 1},phase:1,pass,log"`)
  const send = engine(`${rules.join('\n')}
SecAction "id:200,phase:2,deny"
SecAction "id:201,phase:5,pass,log"`)
  let now = 0
  const late = send({ elapsed_ms: () => now++, budget_ms: 5 })
  assert.equal(late.is_over_budget, true)
  assert.ok(late.matches.length < 60 && ids(late).at(-1) === 201)
  assert.equal(late.intervention, undefined)
  const soon = send({ elapsed_ms: () => 0, budget_ms: 5 })
  assert.deepEqual([soon.is_over_budget, soon.intervention?.rule_id], [false, 200])
})
