import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemClock } from '#base/clock.ts'
import { parsePolicy } from '#cli/policy-file.ts'
import { Policy } from '#model/policy.ts'
import { checkPolicy } from '#parts/enforcement/check.ts'
import { smallSet } from '#parts/enforcement/enforcement.support.ts'
import { examplesPath, policyReference, referencePath } from './reference.ts'

const examples = readFileSync(examplesPath, 'utf8')

test('the reference of the policy is that of the schema', () => {
  const is_same = policyReference(examples) === readFileSync(referencePath, 'utf8')
  assert.ok(is_same, 'docs/reference/policy.md is stale; run: node tools/reference.ts')
})

test('its examples are one policy that fits the schema, and speak of every section', () => {
  const read = parsePolicy(examples, 'examples.yaml')
  assert.ok(read.kind === 'ok', JSON.stringify(read))
  const untouched = Policy.encode(Policy.parse({}))
  using set = smallSet()
  const document = { ...read.document, rules: { set: join(set.dir, 'set') } }
  const { result } = checkPolicy(document, { kept_dir: set.dir, clock: systemClock })
  assert.ok(result.is_good, JSON.stringify(result.findings))
  assert.deepEqual(
    result.tests.map((one) => one.passed),
    [true, true],
  )
  for (const [section, value] of Object.entries(untouched))
    assert.notDeepEqual(read.document[section], value, section)
})
