import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Exclusions, PreparedExclusion } from '#parts/waf/exclusions.ts'
import { exceptionFinder, exceptionIndex, type PathException } from './exceptions.ts'

/** An exception whose only sign is the rule that it leaves out. */
function exception(number: number, path: string, more: Partial<PathException> = {}): PathException {
  const prepared = { rules: [number], target: undefined, unknown: [] }
  return { path, methods: [], prepared, expires_ms: Number.POSITIVE_INFINITY, ...more }
}

let merges = 0

const desk = {
  prepare: () => {
    throw new Error('not asked')
  },
  merge(prepared: readonly PreparedExclusion[]): Exclusions {
    merges++
    const rules = new Uint8Array(100)
    for (const one of prepared) for (const index of one.rules) rules[Number(index)] = 1
    return { rules, targets: undefined, everywhere: undefined }
  },
}

const numbersOf = (found: Exclusions | undefined) =>
  [...(found?.rules ?? [])].flatMap((bit, number) => (bit === 1 ? [number] : []))

test('every exception that fits a path is found, and no other', () => {
  const segment = fc.constantFrom('', 'a', 'ab', 'abc', 'b', '.')
  const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((list) => `/${list.join('/')}`)
  const pattern = fc.tuple(path, fc.boolean()).map(([one, isOpen]) => (isOpen ? `${one}*` : one))
  const patterns = fc.array(pattern, { maxLength: 20 })
  fc.assert(
    fc.property(patterns, patterns, path, (everywhere, here, asked) => {
      const all = [...everywhere, ...here]
      const numbers = { next: 1 }
      const made = all.map((one, number) => exception(number, one))
      const find = exceptionFinder(
        [
          exceptionIndex(made.slice(0, everywhere.length), numbers),
          exceptionIndex(made.slice(everywhere.length), numbers),
        ],
        desk,
        new Set(),
      )
      const wanted = all.flatMap((one, number) => {
        const fits = one.endsWith('*') ? asked.startsWith(one.slice(0, -1)) : asked === one
        return fits ? [number] : []
      })
      assert.deepEqual(numbersOf(find('GET', asked, 0)), wanted)
      assert.deepEqual(numbersOf(find('GET', asked, 0)), wanted, 'the same again')
    }),
  )
})

test('what exceptions mean together is worked out once, and anew when one of them expires', () => {
  const index = exceptionIndex(
    [exception(1, '/*'), exception(2, '/a/*', { expires_ms: 1000 }), exception(3, '/a/b')],
    { next: 1 },
  )
  const find = exceptionFinder([index], desk, new Set())
  merges = 0
  for (const at of [0, 1, 999]) assert.deepEqual(numbersOf(find('GET', '/a/b', at)), [1, 2, 3])
  assert.equal(merges, 1)
  for (const at of [1000, 2000]) assert.deepEqual(numbersOf(find('GET', '/a/b', at)), [1, 3])
  assert.equal(merges, 2)
})

test('methods that no exception names share what is kept, so that made-up ones cost nothing', () => {
  const index = exceptionIndex([exception(1, '/*', { methods: ['PUT'] }), exception(2, '/*')], {
    next: 1,
  })
  const find = exceptionFinder([index], desk, new Set(['PUT']))
  merges = 0
  for (let at = 0; at < 50; at++) assert.deepEqual(numbersOf(find(`M${at}`, '/', 0)), [2])
  assert.deepEqual(numbersOf(find('PUT', '/', 0)), [1, 2])
  assert.equal(merges, 2)
})
