import assert from 'node:assert/strict'
import { test } from 'node:test'
import { template } from './compile/templates.ts'
import { operators, unsupportedOperators } from './operators.ts'
import type { State } from './program.ts'
import { compileRegex } from './regex.ts'

const place = { file: 'x', line: 1, column: 1 }
// Arguments without macros never look at the transaction.
const noState = {} as State

function operator(name: string, argument: string) {
  const make = operators[name]
  assert.ok(make, name)
  return make({
    place,
    name,
    argument: template(argument, place),
    regex: (pattern, options) => compileRegex(pattern, options),
    dataFile: () => '# networks\n10.0.0.0/8\n2001:db8::/32\n',
  })
}

type Case = readonly [name: string, argument: string, yes: readonly string[], no: readonly string[]]
const cases: readonly Case[] = [
  ['beginsWith', 'ab', ['ab', 'abc'], ['xab', 'AB', '']],
  ['contains', 'ab', ['ab', 'xabx'], ['a b', '']],
  ['containsWord', 'ab', ['ab', 'x ab,', 'xab ab'], ['xab', 'ab_', 'ab1']],
  ['endsWith', 'ab', ['ab', 'xab'], ['abx', '']],
  ['eq', '5', ['5', ' 5', '5x', '05'], ['6', '', 'x']],
  ['eq', '0', ['0', '', 'x', '-'], ['1']],
  ['ge', '5', ['5', '6', '70'], ['4', '-6']],
  ['gt', '-1', ['0', 'x'], ['-1', '-2']],
  [
    'ipMatch',
    '192.0.2.1,10.0.0.0/8, ::1',
    ['192.0.2.1', '10.9.8.7', '::1'],
    ['192.0.2.2', 'x', ''],
  ],
  ['ipMatchFromFile', 'f', ['10.1.1.1', '2001:db8::5'], ['11.1.1.1', '2001:db9::1']],
  ['le', '5', ['5', '4'], ['6']],
  ['lt', '5', ['4', '-1'], ['5']],
  ['noMatch', '', [], ['', 'x']],
  ['pm', 'ab Cd', ['xABx', 'cd'], ['a b', '']],
  ['rx', '^a.c$', ['abc', 'x\nabc\ny', 'a\nc'], ['xabc']],
  ['streq', 'ab', ['ab'], ['AB', 'abc', '']],
  ['strmatch', 'ab', ['xab'], ['x']],
  ['unconditionalMatch', '', ['', 'x'], []],
  ['validateByteRange', '10,32-126', ['\t', 'a\x7f', '\xff'], ['a b\n', '']],
  ['validateUrlEncoding', '', ['%', '%4', '%zz', 'a%4g'], ['', 'a', '%41%fF']],
  [
    'validateUtf8Encoding',
    '',
    [
      '\x80',
      '\xc0\x80',
      '\xed\xa0\x80',
      '\xf4\x90\x80\x80',
      '\xc3',
      '\xe0\x9f\xbf',
      '\xf0\x8f\xbf\xbf',
    ],
    ['', 'a', '\xc3\xa9', '\xe2\x82\xac', '\xf0\x9f\x98\x80', '\xf4\x8f\xbf\xbf'],
  ],
  ['verifyCC', '\\d{13,16}', ['x4111111111111111'], ['4111111111111112', '41']],
  ['within', 'GET POST', ['GET', 'POST', ''], ['PUT', 'get']],
]
for (const [name, argument, yes, no] of cases) {
  test(`@${name} ${argument} matches what it should and nothing else`, () => {
    const made = operator(name, argument)
    for (const value of yes) assert.equal(made.matches(value, noState), true, JSON.stringify(value))
    for (const value of no) assert.equal(made.matches(value, noState), false, JSON.stringify(value))
  })
}

test('operators say what they hit and where', () => {
  const hits = [
    ['rx', 'b(c)', 'abcd', 1, 'bc'],
    ['pm', 'BC', 'abcd', 1, 'bc'],
    ['contains', 'bc', 'abcd', 1, 'bc'],
    ['endsWith', 'cd', 'abcd', 2, 'cd'],
    ['validateByteRange', '97-99', 'abcd', 3, 'd'],
    ['validateUrlEncoding', '', 'ab%zz', 2, '%zz'],
  ] as const
  for (const [name, argument, value, at, text] of hits) {
    const located = operator(name, argument).locate?.(value, noState)
    assert.deepEqual([located?.at, located?.text], [at, text], name)
  }
})

test('injection operators capture a word that says why', () => {
  for (const [name, value] of [
    ['detectSQLi', "1' OR '1'='1"],
    ['detectXSS', '<script>alert(1)</script>'],
  ] as const) {
    const made = operator(name, '')
    assert.equal(made.matches(value, noState), true)
    assert.match(made.locate?.(value, noState)?.captures[0] ?? '', /./)
    assert.equal(made.matches('an honest sentence', noState), false)
  }
})

test('no operator is both known and refused', () => {
  const known = new Set(Object.keys(operators).map((name) => name.toLowerCase()))
  assert.deepEqual(
    Object.keys(unsupportedOperators).filter((name) => known.has(name.toLowerCase())),
    [],
  )
})
