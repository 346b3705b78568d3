import assert from 'node:assert/strict'
import { test } from 'node:test'
import { policySchema } from '#model/policy-schema.ts'
import { controlOf, emptyThing, type JsonSchema, withoutRefs } from './json-schema.ts'

const schema = policySchema() as JsonSchema
const items = (section: string) => schema.properties?.[section]?.items ?? {}
const control = (section: string, key: string) => controlOf(items(section).properties?.[key] ?? {})

test('every field of the policy has a control of its own: none is left to raw JSON', () => {
  const raw: string[] = []
  const walk = (node: JsonSchema, path: string) => {
    const found = controlOf(node)
    if (found === 'json') raw.push(path)
    if (found === 'things') walk(node.items ?? {}, path)
    for (const [key, child] of Object.entries(node.properties ?? {})) walk(child, `${path}.${key}`)
  }
  walk(schema, '')
  assert.deepEqual(raw, [])
})

test('the control follows what a field holds', () => {
  assert.equal(control('sites', 'mode'), 'choice')
  assert.equal(control('sites', 'hosts'), 'lines')
  assert.equal(control('sites', 'upstreams'), 'things')
  assert.equal(control('sites', 'profiles'), 'checks')
  assert.equal(control('sites', 'inspect_responses'), 'yes_no')
  assert.equal(control('rate_limits', 'status'), 'choice')
  assert.equal(control('exceptions', 'expires_at'), 'time')
  assert.equal(control('exceptions', 'reason'), 'prose')
  assert.equal(control('own_rules', 'text'), 'code')
  assert.equal(control('own_rules', 'data'), 'pairs')
  assert.equal(control('jails', 'attack_types'), 'checks')
})

test('a new thing has what is demanded, and nothing that has a default', () => {
  assert.deepEqual(emptyThing(items('sites')), { name: '', hosts: [], upstreams: [{ url: '' }] })
  assert.deepEqual(emptyThing(items('rate_limits')), { name: '', rate: '' })
})

test('definitions stand in the place of their references, also beside a default', () => {
  const root = {
    $defs: { a: { type: 'string' }, loop: { type: 'array', items: { $ref: '#/$defs/loop' } } },
    properties: { x: { $ref: '#/$defs/a', default: 'y' }, z: { $ref: '#/$defs/loop' } },
  }
  const { properties } = withoutRefs(root)
  assert.deepEqual(properties, {
    x: { type: 'string', default: 'y' },
    z: { type: 'array', items: {} },
  })
})
