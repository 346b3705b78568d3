import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Exclusions, PreparedExclusion } from '#parts/waf/exclusions.ts'
import {
  type ExceptionIndex,
  exceptionFinder,
  exceptionIndex,
  type FoundExceptions,
  type PathException,
} from './exceptions.ts'

/** An exception whose only sign is the rule that it leaves out. */
function exception(
  number: number,
  pattern: string,
  more: Partial<PathException> = {},
): PathException {
  const prepared = { rules: [number], target: undefined, unknown: [] }
  const is_beginning = pattern.endsWith('*')
  const path = is_beginning ? pattern.slice(0, -1) : pattern
  return {
    path,
    is_beginning,
    methods: [],
    prepared,
    expires_ms: Number.POSITIVE_INFINITY,
    ...more,
  }
}

/** What counts from the head on. */
function finder(indexes: readonly ExceptionIndex[], methods: readonly string[] = []) {
  const find = exceptionFinder(indexes, desk, new Set(methods))
  return (method: string, path: string, at_ms: number, is_logged_in = false) =>
    find?.({ method, isLoggedIn: () => is_logged_in }, path, at_ms) ?? {}
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

const rulesOf = (found: Exclusions | undefined) =>
  [...(found?.rules ?? [])].flatMap((bit, number) => (bit === 1 ? [number] : []))
const numbersOf = (found: FoundExceptions) => rulesOf(found.exclusions)

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
      const find = finder([
        exceptionIndex(made.slice(0, everywhere.length), numbers),
        exceptionIndex(made.slice(everywhere.length), numbers),
      ])
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
  const find = finder([index])
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
  const find = finder([index], ['PUT'])
  merges = 0
  for (let at = 0; at < 50; at++) assert.deepEqual(numbersOf(find(`M${at}`, '/', 0)), [2])
  assert.deepEqual(numbersOf(find('PUT', '/', 0)), [1, 2])
  assert.equal(merges, 2)
})

test('an exception with conditions counts when they hold, and costs nothing the second time', () => {
  const asks = (wanted: string) => ({
    holds: (args: readonly (readonly [string, string])[]) => args.some(([name]) => name === wanted),
  })
  const a = asks('a')
  const index = exceptionIndex(
    [
      exception(1, '/x'),
      exception(2, '/x', { needs_login: true }),
      exception(3, '/x', { arguments: a }),
      exception(4, '/*', { arguments: a, needs_login: true }),
      exception(5, '/x', { arguments: asks('b') }),
    ],
    { next: 1 },
  )
  const find = finder([index])
  merges = 0
  for (let round = 0; round < 2; round++) {
    const stranger = find('POST', '/x', 0)
    const user = find('POST', '/x', 0, true)
    const later = (found: FoundExceptions, ...names: string[]) =>
      rulesOf(found.exclusions_by_arguments?.(names.map((name) => [name, ''])))
    assert.deepEqual([numbersOf(stranger), numbersOf(user)], [[1], [1, 2]])
    assert.deepEqual([later(stranger, 'a'), later(user, 'a')], [[3], [3, 4]])
    assert.deepEqual([later(user, 'a', 'b'), later(user, 'c')], [[3, 4, 5], []])
    assert.deepEqual(numbersOf(find('POST', '/y', 0, true)), [])
  }
  assert.equal(merges, 5)
})
