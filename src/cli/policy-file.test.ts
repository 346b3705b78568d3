import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsePolicy, type ReadPolicy, writePolicy } from './policy-file.ts'

const text = `sites:
  - name: shop
    hosts: [shop.example]
    upstreams: [{ url: "http://127.0.0.1:3000", fail_timeout: 1m }]
own_rules:
  - name: mine
    text: |
      SecRule ARGS "@rx a  b" \\
        "id:1,phase:2,pass"
      # the end
lists:
  - { kind: deny, network: 198.51.100.7/32, expires_at: "2026-12-01T00:00:00Z" }
  - { kind: allow, network: "2001:DB8::/32", reason: "yes: no" }
`

function parsed(yaml: string): ReadPolicy {
  const read = parsePolicy(yaml, 'p.yaml')
  assert.equal(read.kind, 'ok', JSON.stringify(read))
  return read as ReadPolicy
}

test('what is written reads back the same, and is written the same again', () => {
  const { document, lists } = parsed(text)
  const written = writePolicy(document, lists)
  const again = parsed(written)
  assert.deepEqual(again.document, document)
  assert.deepEqual(again.lists, lists)
  assert.equal(writePolicy(again.document, again.lists), written)
  assert.match(written, /fail_timeout: 1m/)
  assert.doesNotMatch(written, /paranoia_level|max_conns/)
  assert.match(written, /text: \|\n/, 'rules stay readable lines')
})

test('networks and times of lists get the spelling that the API keeps', () => {
  const { lists } = parsed(text)
  assert.deepEqual(lists, [
    {
      kind: 'deny',
      network: '198.51.100.7',
      site: '',
      reason: '',
      expires_at: '2026-12-01T00:00:00.000Z',
    },
    { kind: 'allow', network: '2001:db8::/32', site: '', reason: 'yes: no', expires_at: null },
  ])
  assert.equal(parsed('sites: []\n').lists, undefined)
})

for (const [what, yaml, place, message] of [
  ['an unknown key', 'rules: { sett: package }\n', '1:10', /did you mean "set"/],
  ['a wrong value', 'rules: { paranoia_level: 9 }\n', '1:26', /paranoia_level|<=4|4/],
  ['a file that was cut off', '# a policy\n\n---\n', '1:1', /nothing in it/],
  ['no YAML', 'sites: [\n', '2:1', /./],
  [
    'a network with host bits',
    'lists:\n  - { kind: deny, network: 10.0.0.1/8 }\n',
    '2:28',
    /10\.0\.0\.0\/8/,
  ],
  ['everybody denied', 'lists:\n  - { kind: deny, network: 0.0.0.0/0 }\n', '2:28', /./],
  [
    'an entry that stands twice',
    'lists:\n  - { kind: deny, network: 192.0.2.1 }\n  - { kind: deny, network: 192.0.2.1/32 }\n',
    '3:5',
    /stands above/,
  ],
] as const) {
  test(`${what} is told with its line and column`, () => {
    const read = parsePolicy(yaml, 'p.yaml')
    const problem = read.kind === 'invalid' ? read.problems[0] : undefined
    assert.equal(`${problem?.line}:${problem?.column}`, place)
    assert.match(problem?.message ?? '', message)
  })
}

test('what the server finds wrong gets its place in the file', () => {
  const at = parsed(text).problemAt('sites.0.upstreams.0.url', 'cannot be')
  assert.deepEqual(at, {
    file: 'p.yaml',
    line: 4,
    column: 24,
    path: 'sites.0.upstreams.0.url',
    message: 'cannot be',
  })
  assert.equal(parsed(text).problemAt('rollout.wait', 'missing').line, 1)
})
