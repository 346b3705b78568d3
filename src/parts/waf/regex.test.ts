import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Fault } from '#base/fault.ts'
import { compileRegex, type RegexOptions } from './regex.ts'

const all: RegexOptions = { dot_all: true, multiline: true }

/** [pattern, options, values that match, values that do not] */
type Verdicts = readonly [string, RegexOptions, readonly string[], readonly string[]]

const verdicts: readonly Verdicts[] = [
  ['a.c', {}, ['abc', 'xa\rc'], ['a\nc', 'ac']],
  ['a.c', { dot_all: true }, ['a\nc'], ['ac']],
  ['a\\Nc', { dot_all: true }, ['abc'], ['a\nc']],
  ['^b', {}, ['b'], ['a\nb']],
  ['^b', { multiline: true }, ['a\nb'], ['ab', 'a\rb']],
  ['^', { multiline: true }, ['', 'a'], []],
  ['a\\n^$', { multiline: true }, ['a\n\n'], ['a\n']],
  ['b$', {}, ['b', 'b\n'], ['b\na', 'b\n\n', 'b\r\n']],
  ['b$', { multiline: true }, ['b\na', 'b\n\n'], ['bc']],
  ['b\\Z', { multiline: true }, ['b', 'b\n'], ['b\n\n', 'b\na']],
  ['b\\z', { multiline: true }, ['ab'], ['b\n']],
  ['\\Ab', { multiline: true }, ['ba'], ['a\nb']],
  ['\\bor\\b', {}, ['or', '1 or 2', '(or)'], ['for', 'or1', 'or_', '']],
  ['\\Bor', {}, ['for'], ['or', ' or']],
  ['\\s', {}, [' ', '\t', '\n', '\v', '\f', '\r'], ['\xa0', '\x85', 'a']],
  ['\\h', {}, [' ', '\t', '\xa0'], ['\n', '\v']],
  ['\\v', {}, ['\n', '\v', '\f', '\r', '\x85'], [' ', 'v']],
  ['^\\R$', {}, ['\r\n', '\n', '\x85'], ['\r\r', 'R']],
  ['^\\w+$', {}, ['aZ_09'], ['\xe9', '-', '']],
  ['\\d\\D', {}, ['1a'], ['11', 'a1']],
  ['[[:alpha:]][[:^digit:]]', {}, ['ab', 'a '], ['a1', '1a']],
  ['[[:punct:]]', {}, ['!', '~', '`', '_'], ['a', ' ', '\xa1']],
  ['[]a]', {}, [']', 'a'], ['[']],
  ['[^]a]', {}, ['[', '\n'], [']', 'a']],
  ['[\\w-.]', {}, ['-', '.', 'a'], ['+', ' ']],
  ['[a\\-z]', {}, ['-', 'a', 'z'], ['b']],
  ['[\\b]', {}, ['\b'], ['b']],
  ['[\\x{bc}\\xe2][\\0\\12]', {}, ['\xbc\n', '\xe2\0'], ['b\n']],
  ['\\x', {}, ['\0'], ['x']],
  ['\\e\\a\\cA\\cz', {}, ['\x1b\x07\x01\x1a'], ['ea']],
  ['\\o{101}\\101\\x41\\x{41}', {}, ['AAAA'], ['101']],
  ['\\Qa.b*\\E+', {}, ['a.b**'], ['axb*', 'a.b']],
  ['[\\Q^-]\\E]', {}, ['^', '-', ']'], ['\\', 'Q']],
  ['(?i)stra\xdfe', {}, ['STRA\xdfE'], ['STRASSE']],
  ['(?i)[\xe9]', {}, ['\xe9'], ['\xc9']],
  ['a(?i)b', {}, ['ab', 'aB'], ['Ab']],
  ['a(?:(?i)b|c)d', {}, ['aBd', 'aCd'], ['aCD']],
  ['(?i)a(?-i)b', {}, ['Ab'], ['AB']],
  ['(?i:a)b', {}, ['Ab'], ['AB']],
  ['(?s-m:.^)', { multiline: true }, [], ['\na', 'a']],
  ['(?x) a b [ ] # words\n c', {}, ['ab c'], ['a b c']],
  ['a b', { extended: true }, ['ab'], ['a b']],
  ['a(?#not this)b', {}, ['ab'], []],
  ['a{2,3}', {}, ['aa', 'aaaa'], ['a']],
  ['^a{,3}$', {}, ['a{,3}'], ['aa']],
  ['^a{x}{2}$', {}, ['a{x}}'], ['aa']],
  ['^(?:ab){2}{2}$', {}, ['abababab'], ['abab']],
  ['^x{0}$', {}, [''], ['x']],
  ['^[^a]{1,255}b$', {}, [`${'x'.repeat(255)}b`], [`${'x'.repeat(256)}b`, 'b']],
  ['^.{20,256}$', all, ['x'.repeat(20), 'x'.repeat(256)], ['x'.repeat(19), 'x'.repeat(257)]],
  ['^x{3,}y$', {}, ['xxxy', 'xxxxxxy'], ['xxy']],
  ['^\\s*+;\\s*+a', {}, [' ;  a'], [' a']],
  ['^a*+ab', {}, [], ['aab', 'ab']],
  ['^[ab]++b', {}, [], ['aab', 'abb']],
  ['^(?>a|ab)c', {}, ['ac'], ['abc']],
  ['<\\?(?!xml)', {}, ['<?php', '<?'], ['<?xml']],
  ['(?<!&amp|&lt);', {}, [';', 'a;'], ['&amp;', '&lt;']],
  ['a(?=b)', {}, ['ab'], ['ac', 'a']],
  ['(?<=^|,)b', {}, ['b', 'a,b'], ['ab']],
  ['\\b(\\w+)\\b\\s*=\\s*\\b\\1\\b', {}, ['1=1', 'a = a'], ['a=b', '1=11']],
  ['\\b(\\w+)\\b=(?!\\b\\1\\b)\\w+', {}, ['a=b', 'a=ab'], ['a=a']],
  ['(?<word>a)|\\b(?<w>[a-z]+)\\b \\k<w>', {}, ['b b', 'a'], ['b c']],
  ['', {}, ['', 'a'], []],
  ['a||b', {}, [''], []],
]

/** [pattern, value, start, end, groups after the first] */
const captures: readonly [string, string, number, number, readonly (string | undefined)[]][] = [
  ['(a+)(b*)', 'xaab', 1, 4, ['aa', 'b']],
  ['(a+?)(b*)', 'xaab', 1, 2, ['a', '']],
  ['a|ab', 'ab', 0, 1, []],
  ['ab|a', 'ab', 0, 2, []],
  ['(?:(a)|(b))+', 'ab', 0, 2, ['a', 'b']],
  ['(a)?b', 'b', 0, 1, [undefined]],
  ['(?<year>\\d{4})-(\\d\\d)', 'on 2024-05', 3, 10, ['2024', '05']],
  ['(a*)*', 'b', 0, 0, ['']],
  ['(|a)*', 'a', 0, 0, ['']],
  ['x*?$', 'axx', 1, 3, []],
  ['(?U)a+(b+?)', 'aabb', 0, 4, ['bb']],
  ['(\\w+)\\s(?:in|on)', 'is in or on', 0, 5, ['is']],
]

/** [pattern, code, offset] */
const refused: readonly [string, string, number][] = [
  ['(a)\\1', 'regex.not_regular', 3],
  ['\\b(\\w+)\\b \\b(\\w+)\\b \\1 \\2', 'regex.not_regular', 23],
  ['a(?=.*b)', 'regex.not_regular', 1],
  ['(?<=(a))b', 'regex.not_regular', 0],
  ['(?R)', 'regex.not_regular', 0],
  ['(a)(?1)', 'regex.not_regular', 3],
  ['(?(1)a|b)', 'regex.not_regular', 0],
  ['\\g<1>', 'regex.not_regular', 0],
  ['(?>(a|ab)*)c', 'regex.not_regular', 0],
  ['a\\Kb', 'regex.unsupported', 1],
  ['\\p{L}', 'regex.unsupported', 0],
  ['(*UTF8)a', 'regex.unsupported', 0],
  ['(?|a|b)', 'regex.unsupported', 0],
  ['(?C1)', 'regex.unsupported', 0],
  ['(?n)a', 'regex.unsupported', 2],
  ['[[.a.]]', 'regex.unsupported', 1],
  ['(a', 'regex.syntax', 0],
  ['a)', 'regex.syntax', 1],
  ['[a', 'regex.syntax', 0],
  ['[z-a]', 'regex.syntax', 1],
  ['[[:nope:]]', 'regex.syntax', 1],
  ['*a', 'regex.syntax', 0],
  ['a|+', 'regex.syntax', 2],
  ['a{3,2}', 'regex.syntax', 1],
  ['a\\', 'regex.syntax', 1],
  ['\\i', 'regex.syntax', 0],
  ['\\x{zz}', 'regex.syntax', 0],
  ['\\2(a)', 'regex.syntax', 0],
  ['(?<1a>b)', 'regex.syntax', 3],
  ['(?<a>b)(?<a>c)', 'regex.syntax', 7],
  ['\\x{100}', 'regex.out_of_range', 0],
  ['a{70000}', 'regex.out_of_range', 1],
  ['\u20ac', 'regex.out_of_range', 0],
]

describe('compileRegex()', () => {
  for (const [pattern, options, matching, others] of verdicts) {
    it(`/${JSON.stringify(pattern).slice(1, -1)}/ ${Object.keys(options)} says what PCRE says`, () => {
      const regex = compileRegex(pattern, options)
      for (const [values, want] of [[matching, true] as const, [others, false] as const]) {
        for (const value of values) {
          assert.equal(regex.test(value), want, JSON.stringify(value))
          assert.equal(regex.exec(value) !== undefined, want, `exec ${JSON.stringify(value)}`)
        }
      }
    })
  }

  it('finds the leftmost match with the captures that Perl finds', () => {
    for (const [pattern, value, start, end, groups] of captures) {
      const want = { start, end, groups: [value.slice(start, end), ...groups] }
      assert.deepEqual(compileRegex(pattern).exec(value), want, pattern)
    }
  })

  it('looks from where it is told, and sees what lies before', () => {
    const regex = compileRegex('\\bb|^a', all)
    assert.equal(regex.exec('ab', 1), undefined)
    assert.equal(regex.exec('a b', 1)?.start, 2)
    assert.equal(regex.exec('x\na', 1)?.start, 2)
    assert.equal(regex.exec('a', 2), undefined)
  })

  it('says what it cannot match, and where', () => {
    for (const [pattern, code, at] of refused) {
      const refusal = (error: unknown) =>
        error instanceof Fault && error.code === code && error.facts['at'] === at
      assert.throws(() => compileRegex(pattern), refusal, pattern)
    }
  })

  it('refuses repeats that unroll beyond measure', () => {
    for (const pattern of ['(?:a{1,1000}){1,1000}', '(?:(?:a{99}){99}){99}', 'a{60000}b{60000}']) {
      assert.throws(() => compileRegex(pattern), { code: 'regex.too_large' })
    }
  })

  it('takes long patterns, and refuses endless ones with a fault', () => {
    const long = 3_000
    assert.equal(compileRegex('a|'.repeat(9_000)).test('b'), true)
    assert.equal(compileRegex(`\\Q${'a'.repeat(long)}`).test('a'.repeat(long)), true)
    assert.equal(compileRegex(`${'(?:'.repeat(250)}a{1}{1}${')?{1}'.repeat(250)}b`).test('b'), true)
    const endless = [
      'a|b\\w'.repeat(200_000),
      `\\Q${'a'.repeat(300_000)}`,
      `a${'{1}'.repeat(100_000)}`,
    ]
    const open = `${'a{0}'.repeat(50_000)}(`
    const nested = `${'(?:'.repeat(200)}a${'{65535})'.repeat(200)}{0,2}`
    for (const pattern of [...endless, nested, open, '[['.repeat(50_000)]) {
      assert.throws(
        () => compileRegex(pattern),
        (error: unknown) => error instanceof Fault && error.code.startsWith('regex.'),
        pattern.slice(0, 20),
      )
    }
  })

  it('refuses groups nested beyond measure', () => {
    const deep = `${'('.repeat(100_000)}a${')'.repeat(100_000)}`
    assert.throws(() => compileRegex(deep), { code: 'regex.out_of_range' })
  })

  it('fails on no pattern with anything but a fault', () => {
    const marks = [
      ...'abx09()[]{}|*+?.^$\\-,:<>!=#&\'"~_ \n',
      '\\b',
      '\\Q',
      '\\E',
      '(?',
      '[[:',
      'P<',
    ]
    const bytes = fc.oneof(
      fc.constantFrom(...marks),
      fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte)),
    )
    let compiled = 0
    let faults = 0
    const values = ['', 'a', 'ab\n0 x-_', '\xff\0'.repeat(9)]
    fc.assert(
      fc.property(fc.string({ unit: bytes, maxLength: 24 }), (pattern) => {
        try {
          const regex = compileRegex(pattern, { extended: pattern.length % 2 === 0 })
          compiled++
          for (const value of values) {
            assert.equal(regex.exec(value) !== undefined, regex.test(value), pattern)
          }
        } catch (error) {
          if (!(error instanceof Fault) || !error.code.startsWith('regex.')) throw error
          faults++
        }
      }),
      { numRuns: 8_000 },
    )
    assert.ok(compiled > 800 && faults > 800, `${compiled} compiled, ${faults} faults`)
  })
})
