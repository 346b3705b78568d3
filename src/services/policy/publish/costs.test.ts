import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { systemClock } from '#base/clock.ts'
import type { Exception } from '#model/exception.ts'
import { recorded, smallSet } from '#parts/enforcement/enforcement.support.ts'
import { hitAt, noonPlus } from '#parts/records/records.support.ts'
import { candidatesFor } from './candidates.ts'
import { type Ask, costsOf, rulesMet, unblockedBy } from './costs.ts'
import { workbench } from './workbench.ts'

const set = smallSet()
after(() => set[Symbol.dispose]())

// One that stands still: no slice is ever over.
const bench = workbench({ kept_dir: '' }, { ...systemClock, elapsed: () => 0 })
const { content } = bench.answer({ kind: 'load', files: set.files() })
const ask: Ask = async (recipes, requests) =>
  bench.answer({ kind: 'judge', recipes, requests }) ?? []

const [match] = hitAt(noonPlus(0)).matches
assert.ok(match)
const fixed = recorded('/post?content=union%20select%20%3Cscript')
const hit = hitAt(noonPlus(0), {
  request: fixed.request,
  matches: [
    { ...match, rule_id: 942100, variable: 'ARGS:content', tags: ['attack-sqli'] },
    { ...match, rule_id: 941100, variable: 'ARGS:content', tags: ['attack-xss'] },
  ],
})
const candidates = candidatesFor([hit], new Set())

const value = fc.constantFrom(
  '',
  'plain',
  'union%20select',
  '%27',
  '%3Cscript',
  '%27union%20select',
)
const request = fc
  .record({
    path: fc.constantFrom('/post', '/list'),
    content: value,
    id: value,
    client: fc.constantFrom('192.0.2.1', '192.0.2.2', '192.0.2.3'),
  })
  .map(({ path, content, id, client }) =>
    recorded(`${path}?content=${content}&id=${id}`, { client }),
  )

/** Whether all that `narrow` leaves out `wide` leaves out too. */
function contains(wide: readonly Exception[], narrow: readonly Exception[]): boolean {
  const isAll = (one: Exception) => one.rules.length === 0 && one.tags.length === 0
  return narrow.every((small) =>
    wide.some(
      (large) =>
        (large.path === '/*' || large.path === small.path) &&
        (large.parameter === '' || large.parameter === small.parameter) &&
        (isAll(large) ||
          (small.tags.length === 0 &&
            !isAll(small) &&
            small.rules.every((rule) => large.rules.includes(rule)))),
    ),
  )
}

test('a wider fix never shows fewer attacks than one that it contains', async () => {
  const pairs = candidates.flatMap((_, narrow) =>
    candidates.flatMap((_, wide) =>
      wide !== narrow &&
      contains(candidates[wide]?.exceptions ?? [], candidates[narrow]?.exceptions ?? [])
        ? [[narrow, wide] as const]
        : [],
    ),
  )
  assert.ok(pairs.length >= 8, String(pairs.length))
  const [own_rules = new Set<number>()] = await rulesMet(ask, content, [fixed])
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 12 }), async (requests) => {
      const unblocked = await unblockedBy(ask, { content, candidates, own_rules }, requests)
      const costs = costsOf(unblocked, new Set(['192.0.2.3']), candidates.length)
      for (const [narrow, wide] of pairs) {
        const [less, more] = [costs[narrow], costs[wide]]
        assert.ok(less && more && less.requests <= more.requests && less.attacks <= more.attacks)
      }
    }),
    { numRuns: 60 },
  )
})

test('what the fix hides is an attack all the same when the request that is fixed has no such thing', async () => {
  const plain = recorded('/post?content=union%20select')
  const [own_rules = new Set<number>()] = await rulesMet(ask, content, [plain])
  const others = ['/post?content=%27union%20select', '/post?content=union%20select&id=%3Cscript']
  const requests = others.map((uri, i) =>
    recorded(uri, { id: `018f0000-0000-7000-8000-00000000000${i}` }),
  )
  const off = {
    name: 'off',
    site: 'shop',
    path: '/post',
    parameter: '',
    rules: [],
    tags: ['attack-sqli', 'attack-xss'],
  }
  const wide = { sentence: '', exceptions: [{ ...off, expires_at: null, reason: '' }] }
  const attempt = { content, candidates: [wide], own_rules }
  const [cost] = costsOf(await unblockedBy(ask, attempt, requests), new Set(), 1)
  assert.deepEqual(cost, { requests: 2, clients: 1, attacks: 2 })
})
