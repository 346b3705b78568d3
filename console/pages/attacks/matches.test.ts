import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Attack } from '#model/attack.ts'
import { type AttackQuery, attackQueryOf, parseAttackQuery } from '#model/attack-query.ts'
import { matches } from './matches.ts'

const attack: Attack = {
  id: '01931f3c-0000-7000-8000-000000000001',
  attack_type: 'sqli',
  parameter: 'ARGS:id',
  target: 'shop.example/cart',
  site: 'shop',
  first_at: '2026-11-20T10:00:00.000Z',
  last_at: '2026-11-20T10:05:00.000Z',
  hits: 3,
  blocked: 2,
  clients: 1,
  client: '203.0.113.9',
  node: 'a',
  score_max: 15,
  rule_ids: [942100],
  value: "1' UNION SELECT",
  reason: '',
  last_hit_id: '01931f3c-0000-7000-8000-000000000002',
}

const cases: readonly [text: string, fits: boolean][] = [
  ['', true],
  ['type:xss,sqli', true],
  ['type:xss', false],
  ['client:203.0.113.9', true],
  ['client:203.0.113.8', false],
  ['target:CART', true],
  ['target:blog', false],
  ['rule:942100 site:shop parameter:ARGS:id', true],
  ['rule:1', false],
  ['"union select"', true],
  ['drop', false],
  ['from:2026-11-20T10:06Z', false],
  ['to:2026-11-20T09:00Z', false],
  ['action:monitored', true],
]

for (const [text, fits] of cases) {
  test(`an attack ${fits ? 'fits' : 'does not fit'} "${text}"`, () => {
    const query: AttackQuery = attackQueryOf(parseAttackQuery(text))
    assert.equal(matches(query, attack), fits)
  })
}
