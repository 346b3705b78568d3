import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { databaseOf, loadSettings } from './settings.ts'

const dir = mkdtempSync(join(tmpdir(), 'gatehouse-settings-'))
after(() => rmSync(dir, { recursive: true }))
const site = '\n  - { name: NAME, hosts: [HOST], upstreams: [{ url: "http://127.0.0.1:1" }] }'

function load(text: string) {
  const file = join(dir, 'gatehouse.yaml')
  writeFileSync(file, text)
  return loadSettings(file)
}

function problems(text: string): string[] {
  const result = load(text)
  return result.kind === 'ok'
    ? []
    : result.problems.map((p) => `${p.line}:${p.column} ${p.message}`)
}

const sites = (...pairs: [name: string, host: string][]): string =>
  `sites:${pairs.map(([name, host]) => site.replace('NAME', name).replace('HOST', host)).join('')}\n`

test('a site needs a name, a host and an upstream; the rest has defaults', () => {
  const result = load(sites(['a', 'a.example']))
  assert.equal(result.kind, 'ok')
  const found = result.kind === 'ok' ? result.data.sites[0] : undefined
  assert.equal(found?.mode, 'block')
  assert.equal(found?.upstreams[0]?.max_fails, 3)
  assert.equal(found?.upstreams[0]?.fail_timeout, 30_000)
})

for (const [what, text, expected] of [
  [
    'two sites with one name',
    sites(['a', 'a.example'], ['a', 'b.example']),
    /^3:\d+ a site named "a" stands above/,
  ],
  [
    'two sites for one host',
    sites(['a', 'a.example'], ['b', 'a.example']),
    /^3:\d+ "a.example\/" belongs to the site "a"/,
  ],
  [
    'TLS without certificate',
    'edge:\n  listen:\n    - { address: "*:443", tls: true }\n',
    /^3:\d+ TLS needs at least one/,
  ],
  [
    'a certificate that is not there',
    'edge:\n  certificates:\n    - { cert: a.pem, key: b.key }\n',
    /^3:\d+ cannot read ".*a\.pem": ENOENT/,
  ],
  [
    'a rule file that is not there',
    'rules:\n  files: [mine.conf]\n',
    /^2:\d+ cannot read ".*mine\.conf": ENOENT/,
  ],
  [
    'a secret of an export that is not there',
    'analytics:\n  export:\n    - { kind: webhook, url: "https://x/", secret: hook.key }\n',
    /^3:\d+ cannot read ".*hook\.key": ENOENT/,
  ],
  [
    'an authority of an export that is not there',
    'analytics:\n  export:\n    - { kind: syslog, address: "tls://x:6514", ca: ca.pem }\n',
    /^3:\d+ cannot read ".*ca\.pem": ENOENT/,
  ],
  [
    'an unknown key',
    'edge:\n  wrokers: 2\n',
    /^2:3 unknown key "wrokers"; did you mean "workers"\?/,
  ],
  [
    'a wrong unit',
    'edge:\n  timeouts:\n    header: 10 seconds\n',
    /^3:13 expected a duration with a unit/,
  ],
  [
    'a mode that is none',
    sites(['a', 'a.example']).replace('hosts', 'mode: blok, hosts'),
    /^2:\d+ .*"off"\|"monitor"\|"safe_blocking"\|"block"/,
  ],
  [
    'an upstream without scheme',
    sites(['a', 'a.example']).replace('http://', ''),
    /expected an address such as http:/,
  ],
  ['a paranoia level of 5', 'rules: { paranoia_level: 5 }\n', /^1:\d+ .*4/],
  ['a database that is none', 'database: mysql://x\n', /^1:11 expected embedded or postgresql:/],
] as const) {
  test(`${what} is told with line, column and what was expected`, () => {
    assert.match(problems(text)[0] ?? 'nothing was found', expected)
  })
}

test('a settings file that is not there is a fault that names it', () => {
  assert.throws(() => loadSettings(join(dir, 'none.yaml')), {
    code: 'settings.unreadable',
    message: /none\.yaml/,
  })
})

test('relative paths are meant from the folder of the file', () => {
  const result = load('state_dir: ./here\nrules: { set: ./crs }\n')
  assert.equal(result.kind === 'ok' && result.data.state_dir, join(dir, 'here'))
  assert.equal(result.kind === 'ok' && result.data.rules.set, join(dir, 'crs'))
  writeFileSync(join(dir, 'hook.key'), 'hush')
  const other = load(
    'analytics: { export: [{ kind: webhook, url: "https://x/", secret: hook.key }] }\n',
  )
  const [target] = other.kind === 'ok' ? other.data.analytics.export : []
  assert.equal(target?.kind === 'webhook' && target.secret, join(dir, 'hook.key'))
})

test('the embedded database lies below the state, a PostgreSQL address is taken as it is', () => {
  const embedded = load('state_dir: /s\n')
  const other = load('database: "postgresql://a@b/c"\n')
  assert.deepEqual(embedded.kind === 'ok' && databaseOf(embedded.data), {
    kind: 'embedded',
    dir: '/s/database',
  })
  assert.deepEqual(other.kind === 'ok' && databaseOf(other.data), {
    kind: 'postgres',
    url: 'postgresql://a@b/c',
  })
})
