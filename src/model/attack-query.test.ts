import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type AttackQuery,
  attackQueryOf,
  formatAttackQuery,
  parseAttackQuery,
  type QueryToken,
  queryKeys,
  withToken,
} from './attack-query.ts'

const cases: readonly [name: string, text: string, query: AttackQuery][] = [
  ['nothing narrows nothing', '', {}],
  ['a key and a value', 'client:203.0.113.9', { client: '203.0.113.9' }],
  ['several types', 'type:sqli,xss type:rce', { type: ['sqli', 'xss', 'rce'] }],
  ['only the first colon divides', 'parameter:ARGS:id', { parameter: 'ARGS:id' }],
  ['an IPv6 address', 'client:2001:db8::1', { client: '2001:db8::1' }],
  ['quotes keep spaces', 'target:"shop.example/a b"', { target: 'shop.example/a b' }],
  ['an escaped quote', 'target:"a\\"b"', { target: 'a"b' }],
  ['an unclosed quote runs to the end', 'target:"a b', { target: 'a b' }],
  ['words are text to look for', 'union select last:1h', { q: 'union select', range: '1h' }],
  ['an unknown key is text', 'http://x/ id:1', { q: 'http://x/ id:1' }],
  ['a quoted key is text', '"type:sqli"', { q: 'type:sqli' }],
  ['a rule number', 'rule:942100', { rule_id: 942100 }],
  ['a time with its zone', 'from:2026-11-20T10:00Z', { from: '2026-11-20T10:00:00.000Z' }],
  ['the last of span and time holds', 'from:2026-11-20T10:00Z last:15m', { range: '15m' }],
  ['what has a problem narrows nothing', 'type:sqlx last:soon rule:x action:y', {}],
]

for (const [name, text, query] of cases) {
  test(`attackQueryOf(): ${name}`, () =>
    assert.deepEqual(attackQueryOf(parseAttackQuery(text)), query))
}

test('parseAttackQuery() says what is wrong with a value', () => {
  const problems = parseAttackQuery('type:sqlx last:1y rule:abc action:eaten from:today client:')
  assert.deepEqual(
    problems.map((t) => t.problem),
    [
      '"sqlx" is no attack type; did you mean sqli?',
      'expected a span such as 15m, 1h or 7d',
      'expected a rule number such as 942100',
      'expected blocked, monitored, refused',
      'expected a time such as 2026-11-20T10:00Z',
      'expected a value after client:',
    ],
  )
})

test('formatAttackQuery() writes what parseAttackQuery() reads back', () => {
  const token = fc.record({
    key: fc.constantFrom(...queryKeys, 'text' as const),
    value: fc.string({ minLength: 1, unit: 'grapheme' }).map((v) => v.trim()),
  })
  fc.assert(
    fc.property(fc.array(token, { maxLength: 4 }), (tokens: readonly QueryToken[]) => {
      const read = parseAttackQuery(formatAttackQuery(tokens))
      assert.deepEqual(
        read.map(({ key, value }) => ({ key, value })),
        tokens.map(({ key, value }) => ({ key, value })),
      )
    }),
  )
})

test('withToken() replaces a span of time by another one', () => {
  const tokens = parseAttackQuery('from:2026-11-20T10:00Z to:2026-11-20T11:00Z type:xss')
  assert.equal(formatAttackQuery(withToken(tokens, 'last', '1h')), 'type:xss last:1h')
  assert.equal(formatAttackQuery(withToken(tokens, 'last', undefined)), 'type:xss')
})
