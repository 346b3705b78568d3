import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault } from '#base/fault.ts'
import { parseRules } from './parse.ts'
import type { RuleNode } from './tree.ts'

const parse = (text: string) => parseRules({ file: 'test.conf', text })

function onlyRule(text: string): RuleNode {
  const [node] = parse(text)
  assert.equal(node?.kind, 'rule')
  return node as RuleNode
}

test('a rule keeps its targets, operator and actions with their places', () => {
  const rule = onlyRule(
    `# comment\n\nSecRule ARGS|!ARGS:/^x|y$/|&REQUEST_HEADERS:Host|XML:/* "!@within a b" \\\n    "id:1,\\\n    msg:'it\\'s, so',setvar:'tx.a=%{tx.b}'"\n`,
  )
  assert.deepEqual(
    rule.targets.map(({ mode, variable, selector }) => [mode, variable, selector]),
    [
      ['inspect', 'ARGS', undefined],
      ['exclude', 'ARGS', { kind: 'pattern', pattern: '^x|y$' }],
      ['count', 'REQUEST_HEADERS', { kind: 'name', name: 'Host' }],
      ['inspect', 'XML', { kind: 'name', name: '/*' }],
    ],
  )
  const { operator, actions } = rule
  assert.deepEqual([operator.is_negated, operator.name, operator.argument], [true, 'within', 'a b'])
  assert.deepEqual(
    actions.map(({ name, argument, place }) => [name, argument, place.line, place.column]),
    [
      ['id', '1', 4, 6],
      ['msg', "it's, so", 5, 5],
      ['setvar', 'tx.a=%{tx.b}', 5, 21],
    ],
  )
})

test('without an operator name the text is a regular expression', () => {
  assert.deepEqual(
    [onlyRule('SecRule ARGS "^a\\"b" "id:1"').operator].map((o) => [o.name, o.argument]),
    [['rx', '^a"b']],
  )
  assert.equal(onlyRule('SecRule ARGS "!^a" "id:1"').operator.is_negated, true)
})

test('selectors may stand in single quotes, as names and as expressions', () => {
  const { targets } = onlyRule(`SecRule &TX:'/WEB ATTACK/'|ARGS:'a b' "@eq 0" "id:1"`)
  assert.deepEqual(
    targets.map((target) => target.selector),
    [
      { kind: 'pattern', pattern: 'WEB ATTACK' },
      { kind: 'name', name: 'a b' },
    ],
  )
})

test('directive names are read whatever their case', () => {
  assert.equal(parse('SECMARKER END')[0]?.kind, 'marker')
})

test('bytes above 127 pass through one character each', () => {
  const bytes = Buffer.from('SecRule ARGS "@contains é" "id:1"', 'utf8').toString('latin1')
  assert.equal(onlyRule(bytes).operator.argument, 'Ã©')
})

test('a comment does not swallow the next line, even after a backslash', () => {
  assert.equal(parse('# SecRule ARGS \\\nSecMarker A\n').length, 1)
})

test('an Include is replaced by what it names, in order', () => {
  const nodes = parseRules(
    { file: 'a', text: 'SecMarker A\nInclude b\nSecMarker C\n' },
    { include: () => [{ file: 'b', text: 'SecMarker B\n' }] },
  )
  assert.deepEqual(
    nodes.map((node) => (node.kind === 'marker' ? node.name : '')),
    ['A', 'B', 'C'],
  )
})

type BadCase = readonly [what: string, text: string, code: string, line: number, column: number]
const bad: readonly BadCase[] = [
  ['an unknown directive', '\n  SecRul ARGS "x"', 'unknown_directive', 2, 3],
  ['a directive that rules must not have here', 'SecRuleScript x', 'unsupported_directive', 1, 1],
  ['an unterminated quote', 'SecMarker A\nSecRule ARGS "@rx a\n', 'unterminated_quote', 2, 14],
  ['an unterminated quote in an action', 'SecAction "id:1,msg:\'x"', 'unterminated_quote', 1, 21],
  [
    'an unterminated expression in a target',
    'SecRule ARGS:/a "x" "id:1"',
    'unterminated_quote',
    1,
    14,
  ],
  ['a missing operator', 'SecRule ARGS', 'wrong_word_count', 1, 1],
  ['a word too many', 'SecRule ARGS "x" "id:1" more', 'wrong_word_count', 1, 1],
  ['an empty target', 'SecRule ARGS| "x" "id:1"', 'bad_target', 1, 14],
  ['a selector without a name', 'SecRule ARGS: "x" "id:1"', 'bad_target', 1, 14],
  ['an operator without a name', 'SecRule ARGS "@ x" "id:1"', 'bad_operator', 1, 15],
  ['a comma at the end of the actions', 'SecAction "id:1,"', 'bad_action', 1, 17],
  ['two actions without a comma', 'SecAction "id:1,pass deny"', 'bad_action', 1, 22],
  ['a file that includes itself', 'Include self', 'include_too_deep', 1, 1],
]
for (const [what, text, code, line, column] of bad) {
  test(`${what} is a fault that names file, line and column`, () => {
    const include = () => [{ file: 'bad.conf', text }]
    assert.throws(
      () => parseRules({ file: 'bad.conf', text }, { include }),
      (error) => {
        assert.ok(error instanceof Fault)
        const { file, line: atLine, column: atColumn } = error.facts
        assert.deepEqual(
          [error.code, file, atLine, atColumn],
          [`seclang.${code}`, 'bad.conf', line, column],
        )
        assert.match(error.message, new RegExp(`bad\\.conf:${line}:${column}: `))
        return true
      },
    )
  })
}

test('an unknown directive comes with the nearest known one', () => {
  assert.throws(() => parse('SecRuleRemoveByID1 1'), /did you mean "SecRuleRemoveById"/)
})

test('an Include that finds nothing is a fault, IncludeOptional is not', () => {
  assert.throws(() => parse('Include nothing'), /nothing to include/)
  assert.deepEqual(parse('IncludeOptional nothing'), [])
})
