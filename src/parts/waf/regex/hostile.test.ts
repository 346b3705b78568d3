import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compileRegex } from '../regex.ts'
import { Dfa } from './dfa.ts'
import { emit } from './emit.ts'
import { flagsOf } from './openers.ts'
import { parse } from './parse.ts'
import { pool } from './pool.ts'
import { pumpStrings } from './pump.ts'
import { work } from './steps.ts'

const options = { dot_all: true, multiline: true }

/** Shapes that take backtracking matchers quadratic, cubic or exponential time. */
const patterns = [
  '(?:a+)+$',
  '(?:a|aa)+c',
  '(?:a|b|ab)*c',
  '(?:\\s*\\w+\\s*)*=',
  '^(?:[^"]*"[^"]*")*[^"]*$x',
  '\\w+\\s+\\w+\\s+\\w+\\d$',
  '.*.*.*x1',
  '(?i)<[^>]*\\bon[a-z]{3,25}\\s*=',
  '(?i)union.{0,100}?select.{0,100}?from',
  '[\\s"\'`]*?\\b(\\w+)\\b[\\s"\'`]*?=[\\s"\'`]*?(?!\\b\\1\\b)\\w+!',
  '(?:(?:x{1,20}){1,20}y)+z',
  '(\\w+)(\\w+)(\\w+)\\s*:',
  '\\s*+;\\s*+[^a]+a\\z',
  '(?<!ab)c(?!de)f{3,}g',
  '(?:^|[^\\\\])(?:\\\\\\\\)*"(?:\\\\.|[^"\\\\])*$!',
  '(?:[a-z]+\\.)*[a-z]+@[a-z]+(?:\\.[a-z]+){2,9}$!',
]

/** Far below the thousands of steps for each byte that quadratic time would take. */
const test_steps_max = 40
const exec_steps_max = 120

/** All the work that a fresh expression does on a value. */
function workOn(pattern: string, value: string): { test: number; exec: number } {
  const regex = compileRegex(pattern, options)
  const count = () => work.bytes + work.moves + work.captures
  const before = count()
  regex.test(value)
  const between = count()
  regex.exec(value)
  return { test: between - before, exec: count() - between }
}

describe('a value made to be slow', () => {
  it('costs a bounded number of steps for each byte, however long it is', () => {
    let compared = 0
    for (const pattern of patterns) {
      for (const size of [4_096, 32_768]) {
        for (const value of pumpStrings(pattern, options, size)) {
          const { test, exec } = workOn(pattern, value)
          const message = `${pattern} on ${size} bytes of ${JSON.stringify(value.slice(0, 40))}`
          assert.ok(test <= test_steps_max * size + 20_000, `test ${message}: ${test}`)
          assert.ok(exec <= exec_steps_max * size + 20_000, `exec ${message}: ${exec}`)
          compared++
        }
      }
    }
    assert.ok(compared >= 200, `${compared} values`)
  })

  it('makes an automaton with exponentially many states neither slow nor large', () => {
    const { root } = parse('a[ab]{14}c', flagsOf(options))
    const dfa = new Dfa(emit(root, 0))
    let seed = 1
    const next = () => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
      return seed
    }
    const value = Array.from({ length: 100_000 }, () => ((next() >>> 16) & 1 ? 'a' : 'b')).join('')
    const before = { ...work, pool_bytes: pool.used_bytes }
    assert.equal(dfa.test(value), false)
    assert.equal(dfa.test(`${value}a${'b'.repeat(14)}c`), true)
    const moves = work.moves - before.moves
    assert.ok(moves > 100_000, 'the automaton was given up for threads')
    assert.ok(moves < 2 * 100_020 * 17, `${moves} moves`)
    assert.ok(pool.used_bytes - before.pool_bytes < 2_000_000, `${pool.used_bytes} bytes`)
  })

  it('leaves all automata together within one bound', () => {
    let seed = 7
    const values = Array.from({ length: 3 }, () =>
      // It begins with what each expression needs, or they would not read it.
      Array.from({ length: 6_000 }, () => {
        seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
        return 'abcdefgh'.charAt(seed >>> 29)
      })
        .join('')
        .replace(/^./, 'x'),
    )
    let most = 0
    let drops = 0
    for (let count = 0; count < 600; count++) {
      const before = pool.used_bytes
      const letter = 'abcdefgh'.charAt(count % 8)
      const regex = compileRegex(`${letter}[a-g]{${10 + (count % 9)}}[${letter}h]{9}x`, options)
      for (const value of values) regex.test(value)
      most = Math.max(most, pool.used_bytes)
      if (pool.used_bytes < before) drops++
    }
    assert.ok(drops > 0, `the bound was never reached: ${most}`)
    assert.ok(most < 44_000_000, `${most} bytes`)
  })

  it('gives up on a back-reference with a fault instead of taking quadratic time', () => {
    const regex = compileRegex('\\b(\\w+)\\b.*?\\b\\1\\b!', options)
    const value = `${Array.from({ length: 4_000 }, (_, index) => `w${index}`).join(' ')} w!`
    assert.throws(() => regex.test(value), { code: 'regex.over_budget' })
    assert.equal(regex.test('a b a!'), true)
  })
})

describe('pumpStrings()', () => {
  it('makes distinct values of the size it is asked for', () => {
    for (const pattern of patterns) {
      const values = pumpStrings(pattern, options, 500)
      assert.ok(values.length >= 2, pattern)
      assert.equal(new Set(values).size, values.length)
      for (const value of values) assert.equal(value.length, 500, pattern)
    }
  })
})
