import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Duration, z } from './schema.ts'
import { invalidSettings, parseSettings, readSettings } from './settings.ts'

const schema = z.strictObject({
  node: z.string().default('here'),
  edge: z.strictObject({ wait: Duration.default(1000), workers: z.int().default(1) }).prefault({}),
  sites: z.array(z.strictObject({ name: z.string() })).default([]),
})

function problemsOf(text: string) {
  const result = parseSettings(text, 'x.yaml', schema)
  assert.equal(result.kind, 'invalid')
  return result.kind === 'invalid' ? result.problems : []
}

test('an empty file gives all defaults', () => {
  const result = parseSettings('', 'x.yaml', schema)
  assert.deepEqual(result.kind === 'ok' && result.data, {
    node: 'here',
    edge: { wait: 1000, workers: 1 },
    sites: [],
  })
})

test('an unknown key is told with line, column and the key that was meant', () => {
  const [problem] = problemsOf('node: a\nedge:\n  wrokers: 2\n')
  assert.deepEqual([problem?.line, problem?.column], [3, 3])
  assert.match(problem?.message ?? '', /unknown key "wrokers"; did you mean "workers"\?/)
})

test('an unknown key inside a list is found too', () => {
  const [problem] = problemsOf('sites:\n  - name: a\n  - name: b\n    nam: c\n')
  assert.deepEqual([problem?.line, problem?.column, problem?.path], [4, 5, 'sites.1.nam'])
  assert.match(problem?.message ?? '', /did you mean "name"/)
})

test('a wrong unit points at the value and says which units there are', () => {
  const [problem] = problemsOf('edge:\n  wait: 5 parsecs\n')
  assert.deepEqual([problem?.line, problem?.column], [2, 9])
  assert.match(problem?.message ?? '', /500ms, 30s, 5m/)
})

test('a missing key points at the thing it is missing from', () => {
  const [problem] = problemsOf('node: a\nsites:\n  - {}\n')
  assert.deepEqual([problem?.line, problem?.path], [3, 'sites.0.name'])
})

test('broken YAML is told with its place', () => {
  const [problem] = problemsOf('node: a\nedge: [1, 2\n')
  assert.ok((problem?.line ?? 0) >= 2)
})

test('an alias bomb is refused', () => {
  const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]']
  for (const c of 'bcdefgh') {
    const before = String.fromCharCode(c.charCodeAt(0) - 1)
    bomb.push(`${c}: &${c} [${Array(9).fill(`*${before}`).join(',')}]`)
  }
  assert.match(problemsOf(bomb.join('\n'))[0]?.message ?? '', /alias/i)
})

test('the environment overrides the file', () => {
  const result = parseSettings('edge:\n  workers: 2\n', 'x.yaml', schema, {
    GATEHOUSE_EDGE__WORKERS: '7',
    GATEHOUSE_SETTINGS: 'not a key of ours',
  })
  assert.equal(result.kind === 'ok' && result.data.edge.workers, 7)
})

test('a missing file is a fault that names it', () => {
  assert.throws(() => readSettings('/nonexistent/x.yaml', schema), {
    code: 'settings.unreadable',
    message: /\/nonexistent\/x\.yaml/,
  })
})

test('invalidSettings() tells the first problem and how many more there are', () => {
  const fault = invalidSettings(problemsOf('noed: a\nedgee: b\n'))
  assert.match(fault.message, /x\.yaml:1:1: noed: unknown key .* \(and 1 more\)/)
})

test('what is missing is named, not described', () => {
  const needs = z.strictObject({ sites: z.array(z.strictObject({ name: z.string() })) })
  const result = parseSettings('sites: [{}]', 'x.yaml', needs)
  const told = result.kind === 'invalid' ? result.problems.map((one) => one.message) : []
  assert.deepEqual(told, ['name is missing'])
})
