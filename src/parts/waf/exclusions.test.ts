import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ids } from './engine.support.ts'
import type { ExclusionSpec } from './exclusions.ts'
import { targetProblem } from './exclusions.ts'
import { compileRuleset, type Ruleset } from './ruleset.ts'
import type { TransactionStart } from './transaction.ts'

const load = (text: string, previous?: Ruleset) =>
  compileRuleset(
    [{ file: 'test.conf', text: `SecRuleEngine On\nSecRequestBodyAccess On\n${text}` }],
    { read_data: () => undefined },
    previous,
  )

function send(
  ruleset: Ruleset,
  uri: string,
  more: Partial<TransactionStart> = {},
  facts: { truncated?: boolean; error?: string } = {},
) {
  const transaction = ruleset.begin({
    request_id: 'r',
    at_ms: 0,
    client_address: '192.0.2.1',
    client_port: 1,
    server_address: '127.0.0.1',
    server_port: 80,
    method: 'GET',
    uri,
    http_version: '1.1',
    headers: [],
    ...more,
  })
  transaction.requestHeaders()
  transaction.requestBody(undefined, facts)
  return transaction
}

const ruleset = load(`
SecRule ARGS "@rx evil" "id:1,phase:2,pass,tag:'attack-a',setvar:tx.inbound_anomaly_score_pl1=+5"
SecRule ARGS:id|ARGS:name "@rx evil" "id:2,phase:2,pass,tag:'attack-ab',setvar:tx.inbound_anomaly_score_pl1=+5"
SecRule ARGS:id "@rx evil" "id:3,phase:2,pass,setvar:tx.inbound_anomaly_score_pl1=+5"
SecRule &ARGS "@ge 1" "id:4,phase:2,pass"
SecRule REQUEST_URI "@contains ctl" "id:5,phase:1,pass,nolog,ctl:ruleRemoveById=2,ctl:ruleRemoveTargetById=1;ARGS:name"
SecRule ARGS:id "@rx evil" "id:6,phase:2,pass,chain"
  SecRule MATCHED_VARS "@rx ^evil" ""
SecAction "id:949110,phase:2,pass,tag:'attack-a'"
`)

const excluding = (...specs: Partial<ExclusionSpec>[]) => {
  const { prepare, merge } = ruleset.exclusions
  const prepared = specs.map((spec) => prepare({ rule_ids: [], tags: [], target: '', ...spec }))
  return { exclusions: merge(prepared) }
}
const both = '/?id=evil&name=evil'
const all = [1, 1, 2, 2, 3, 4, 6, 949110]

test('without exclusions every rule looks at every value', () => {
  assert.deepEqual(ids(send(ruleset, both)), all)
  assert.deepEqual(ids(send(ruleset, both, excluding())), all)
})

test('rules are left out by id and by exact tag', () => {
  const by_id = excluding({ rule_ids: [1, 4] })
  assert.deepEqual(ids(send(ruleset, both, by_id)), [2, 2, 3, 6, 949110])
  const by_tag = excluding({ tags: ['attack-a'] })
  assert.deepEqual(ids(send(ruleset, both, by_tag)), [2, 2, 3, 4, 6, 949110])
})

test('targets are left out of some rules, or of all; counts stay', () => {
  const one = excluding({ rule_ids: [1], target: 'ARGS:id' }, { rule_ids: [1], target: 'ARGS:x' })
  assert.deepEqual(ids(send(ruleset, both, one)), [1, 2, 2, 3, 4, 6, 949110])
  const everywhere = excluding({ target: 'ARGS:ID' })
  assert.deepEqual(ids(send(ruleset, both, everywhere)), [1, 2, 4, 949110])
  const pattern = excluding({ target: 'ARGS:/^n/' })
  assert.deepEqual(ids(send(ruleset, both, pattern)), [1, 2, 3, 4, 6, 949110])
  const collection = excluding({ target: 'ARGS' })
  assert.deepEqual(ids(send(ruleset, both, collection)), [4, 949110])
})

test('what a rule removes by itself comes on top, for its own request only', () => {
  const shared = excluding({ rule_ids: [3] }, { rule_ids: [1], target: 'ARGS:id' })
  assert.deepEqual(ids(send(ruleset, `${both}&ctl`, shared)), [4, 6, 949110])
  assert.deepEqual(ids(send(ruleset, both, shared)), [1, 2, 2, 4, 6, 949110])
  assert.deepEqual(ids(send(ruleset, `${both}&ctl`)), [1, 3, 4, 6, 949110])
  assert.deepEqual(ids(send(ruleset, both)), all)
})

test('what the arguments decide comes on top from phase 2 on, when all of them are known', () => {
  const head = excluding({ rule_ids: [3] }, { rule_ids: [1], target: 'ARGS:id' })
  const { exclusions: more } = excluding(
    { rule_ids: [4] },
    { rule_ids: [1], target: 'ARGS:name' },
    { target: 'ARGS:other' },
  )
  let asked: unknown
  const by_arguments = {
    ...head,
    exclusions_by_arguments: (args: unknown) => {
      asked = args
      return more
    },
  }
  assert.deepEqual(ids(send(ruleset, both, by_arguments)), [2, 2, 6, 949110])
  assert.deepEqual(asked, [
    ['id', 'evil'],
    ['name', 'evil'],
  ])
  assert.deepEqual(ids(send(ruleset, `${both}&ctl`, by_arguments)), [6, 949110])
  assert.deepEqual(ids(send(ruleset, both, head)), [1, 2, 2, 4, 6, 949110], 'of that request only')
  asked = undefined
  for (const facts of [{ truncated: true }, { error: 'broken' }]) {
    send(ruleset, both, by_arguments, facts)
    assert.equal(asked, undefined)
  }
})

test('the rules that judge the scores cannot be left out; what is unknown is told', () => {
  const { prepare } = ruleset.exclusions
  const prepared = prepare({ rule_ids: [949110, 77, 1], tags: ['none'], target: '' })
  assert.deepEqual(prepared.unknown, ['rule 949110', 'rule 77', 'tag none'])
  const { exclusions } = excluding({ rule_ids: [949110], tags: ['attack-a'] })
  assert.ok(ids(send(ruleset, both, { exclusions })).includes(949110))
})

test('a target that is none is told before it is used', () => {
  assert.equal(targetProblem('ARGS:id'), undefined)
  assert.match(targetProblem('ARGZ') ?? '', /did you mean "ARGS"/)
  assert.equal(targetProblem('ARGS:/(/'), undefined, 'a name')
})

test('variables from outside stand before the first rule; a SecAction does not overwrite them, a SecRule does', () => {
  const levels = load(`
SecAction "id:1,phase:1,pass,nolog,setvar:tx.level=1,setvar:tx.other=1"
SecRule &TX:level "@eq 0" "id:2,phase:1,pass,nolog,setvar:tx.level=9"
SecRule ARGS:raise "@streq yes" "id:3,phase:1,pass,nolog,setvar:tx.level=4"
SecRule TX:level "@ge 3" "id:4,phase:2,deny"
`)
  const variables = { level: '3' }
  assert.equal(send(levels, '/').variable('TX:level'), '1')
  const given = send(levels, '/', { variables })
  assert.equal(given.variable('TX:level'), '3')
  assert.equal(given.variable('TX:other'), '1')
  assert.equal(given.intervention?.rule_id, 4)
  assert.equal(send(levels, '/?raise=yes', { variables }).variable('TX:level'), '4')
})

test('a rule set made after another one takes over its expressions and what clients did', () => {
  const counting = (n: number) => `
SecAction "id:1,phase:1,pass,nolog,initcol:ip=%{REMOTE_ADDR},setvar:ip.seen=+1"
SecRule IP:seen "@ge ${n}" "id:2,phase:2,deny"
SecRule ARGS "@rx ^(a|b)+$" "id:3,phase:2,pass"
SecRule ARGS "@rx ^%{tx.x}" "id:4,phase:2,pass,nolog"
`
  const first = load(counting(3))
  send(first, '/')
  const second = load(counting(2), first)
  assert.equal(send(second, '/').intervention?.rule_id, 2)
  const key = 'rx\n^(a|b)+$'
  assert.ok(first.reusable.operators.has(key))
  assert.equal(second.reusable.operators.get(key), first.reusable.operators.get(key))
  for (let at = 0; at < 50; at++) send(second, `/?q=${at}`)
  assert.equal(second.reusable.regexes.size, 0, 'expressions made of macros are not kept')
})
