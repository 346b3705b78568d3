/** The policy on the command line, from a file to a commit and back, against a real policy service. */
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import pc from 'picocolors'
import type { CommitSummary, PolicyDiff } from '#model/draft.ts'
import { type TestPolicy, testPolicy } from '#services/policy/policy.support.ts'
import { program } from './command.ts'
import { exitCodeOf } from './exit.ts'
import { pidFile } from './supervisor/pid-file.ts'

let site: TestPolicy
let here: readonly string[]
before(async () => {
  site = await testPolicy()
  const settings = join(site.dir, 'gatehouse.yaml')
  writeFileSync(settings, `state_dir: ${site.dir}\n`)
  here = ['--settings', settings]
  // A rule set of our own: these tests do not depend on an installed one, and compile in no time.
  mkdirSync(join(site.dir, 'set/rules'), { recursive: true })
  writeFileSync(join(site.dir, 'set/crs-setup.conf'), 'SecDefaultAction "phase:2,pass,log"\n')
  const rule = 'SecRule ARGS "@contains attack" "id:9000,phase:2,deny,status:403"\n'
  writeFileSync(join(site.dir, 'set/rules/own.conf'), rule)
})
after(() => site[Symbol.asyncDispose]())

type Ran = {
  readonly status: number
  readonly data: unknown
  readonly text: string
  readonly why: string
}

async function gatehouse(...args: readonly string[]): Promise<Ran> {
  let [data, text, why]: [unknown, string, string] = [undefined, '', '']
  const tree = program({
    line: (line = '') => {
      text += `${line}\n`
    },
    json: (value) => {
      data = value
    },
    table: async (_head, rows) => {
      text += `${rows.map((row) => row.join(' | ')).join('\n')}\n`
    },
    note: (line) => {
      why += `${line}\n`
    },
    colors: pc.createColors(false),
  }).configureOutput({ writeErr: () => {} })
  try {
    await tree.parseAsync(['node', 'gatehouse', ...here, ...args])
    return { status: 0, data, text, why }
  } catch (error) {
    why += error instanceof Error ? error.message : ''
    return { status: exitCodeOf(error), data, text, why }
  }
}

/** A file with this policy; its sites have the mode given. */
function file(name: string, mode: string, more = ''): string {
  const path = join(site.dir, name)
  writeFileSync(
    path,
    `rules: { set: ${join(site.dir, 'set')} }
sites:
  - { name: shop, mode: ${mode}, hosts: [shop.example], upstreams: [{ url: "http://127.0.0.1:1" }] }
${more}`,
  )
  return path
}

const apply = (path: string, ...more: string[]) =>
  gatehouse('apply', '-f', path, '--no-wait', ...more)

test('a file is applied once; what is exported applies to nothing changed', async () => {
  const lists = 'lists: [{ kind: deny, network: 198.51.100.0/24, reason: scanner }]\n'
  const path = file('a.yaml', 'block', lists)
  const rehearsed = await apply(path, '--dry-run')
  assert.equal(rehearsed.status, 0, rehearsed.why)
  assert.match(rehearsed.text, /\+ sites shop\n[\s\S]*IP lists: 1 to add, 0 to remove/)
  const first = await apply(path, '-m', 'begin')
  assert.equal(first.status, 0, first.why)
  assert.match(first.text, /revision 1 \(1-[0-9a-f]{8}\), \d changes?, by local\nIP lists: 1 added/)

  const exported = join(site.dir, 'exported.yaml')
  assert.equal((await gatehouse('export', '-o', exported)).status, 0)
  assert.match(readFileSync(exported, 'utf8'), /^# Policy of Gatehouse: 1-/)
  assert.match((await apply(exported)).text, /^nothing changed: revision 1 /)
  assert.equal((await gatehouse('export', '--all', '-o', exported)).status, 0)
  assert.match(readFileSync(exported, 'utf8'), /paranoia_level: 1/)
  assert.match((await apply(exported)).text, /^nothing changed: revision 1 /)
  const { data: schema } = await gatehouse('schema')
  assert.ok('lists' in (schema as { properties: object }).properties)
  assert.equal((await gatehouse('diff', '-f', exported, '--exit-code')).status, 0)

  const drift = await gatehouse(
    'diff',
    '-f',
    file('b.yaml', 'monitor', 'lists: []\n'),
    '--exit-code',
  )
  assert.equal(drift.status, 1)
  assert.match(
    drift.text,
    /~ sites shop mode: "block" → "monitor"\nIP lists: 0 only in the file, 1 only in force/,
  )
})

test('a file that is wrong changes nothing and is told with its places', async () => {
  const unknown = await apply(file('c.yaml', 'monotor'))
  assert.deepEqual([unknown.status, /c\.yaml:3:25: sites\.0\.mode/.test(unknown.why)], [2, true])
  const rule =
    'own_rules: [{ name: mine, text: "SecRule ARGS \\"@rxx a\\" \\"id:1,phase:2,pass\\"" }]\n'
  const broken = await apply(file('d.yaml', 'block', rule))
  assert.equal(broken.status, 2)
  assert.match(broken.why, /d\.yaml:4:\d+: own_rules\.0[\s\S]*rxx/)
  assert.equal((await apply(join(site.dir, 'none.yaml'))).status, 2)
  const { data } = await gatehouse('--json', 'history')
  assert.equal((data as { items: CommitSummary[] }).items.length, 1)
})

test('a draft is made, set, compared, checked and committed; who comes late is told', async () => {
  assert.equal((await gatehouse('commit')).status, 4)
  assert.equal((await gatehouse('draft', 'new', 'lax')).status, 0)
  assert.equal((await gatehouse('draft', 'new', 'late')).status, 0)
  const twice = await gatehouse('draft', 'new', 'late')
  assert.deepEqual([twice.status, /one of this name \([0-9a-f-]{36}\)/.test(twice.why)], [6, true])
  const many = await gatehouse('diff')
  assert.deepEqual([many.status, /late, lax|lax, late/.test(many.why)], [2, true])
  assert.equal((await gatehouse('draft', 'set', 'lax', '-f', file('e.yaml', 'monitor'))).status, 0)
  const differs = await gatehouse('diff', '--draft', 'lax')
  assert.equal(differs.text, '~ sites shop mode: "block" → "monitor"\n')
  assert.match((await gatehouse('check', '--draft', 'lax')).text, /^ok: \d+ rules of /)
  const replayed = await gatehouse('replay', '--draft', 'lax', '--exit-code')
  assert.match(replayed.text, /^0 requests: 0 newly blocked/)

  const done = await gatehouse('commit', '--draft', 'lax', '-m', 'monitor first', '--no-wait')
  assert.equal(done.status, 0, done.why)
  assert.match(done.text, /revision 2 \(2-[0-9a-f]{8}\), 1 change, by local/)
  const late = await gatehouse('commit', '-m', 'x', '--no-wait')
  assert.deepEqual([late.status, /committed revision 2 first/.test(late.why)], [6, true])
  assert.match((await gatehouse('draft', 'rebase')).text, /"late" stands on revision 2/)
  assert.match((await gatehouse('draft', 'list')).text, /^late \| local \| 2 /)
  assert.match((await gatehouse('draft', 'show')).text, /mode: monitor/)
  assert.equal((await gatehouse('draft', 'discard', 'late')).status, 0)
  assert.equal((await gatehouse('draft', 'discard', 'late')).status, 4)
})

test('what an editor makes of a draft is checked and kept; what does not hold is not lost', async () => {
  const editor = join(site.dir, 'editor')
  const changing = (text: string): void =>
    writeFileSync(editor, `#!/bin/sh\nsed -i '${text}' "$1"\n`, { mode: 0o700 })
  process.env['VISUAL'] = editor
  assert.equal((await gatehouse('draft', 'new', 'edited')).status, 0)
  changing('s/x/x/')
  assert.match((await gatehouse('draft', 'edit')).why, /Nothing was changed/)
  changing('s/mode: monitor/mode: off/')
  assert.match((await gatehouse('draft', 'edit')).text, /"edited" is changed/)
  assert.match((await gatehouse('diff')).text, /"monitor" → "off"/)
  changing('s/mode: off/mode: of/')
  const broken = await gatehouse('draft', 'edit')
  delete process.env['VISUAL']
  assert.equal(broken.status, 2)
  const [, kept = ''] = /Your text is kept: .* -f (\S+)/.exec(broken.why) ?? []
  assert.match(readFileSync(kept, 'utf8'), /mode: of$/m)
  rmSync(dirname(kept), { recursive: true })
  assert.equal((await gatehouse('draft', 'discard', 'edited')).status, 0)
})

test('a rollback shows what it would change, and does it with --yes', async () => {
  const shown = await gatehouse('--json', 'rollback', '1')
  const { diff } = shown.data as { diff: PolicyDiff }
  assert.deepEqual([shown.status, diff.changes.map((one) => one.after)], [2, ['block']])
  const done = await gatehouse('rollback', '1', '-m', 'back', '--yes', '--no-wait')
  assert.match(done.text, /^revision 3 /)
  assert.deepEqual((await gatehouse('diff', '1')).text, '')
  assert.match((await gatehouse('diff', '2', '3')).text, /"monitor" → "block"/)
  const { text } = await gatehouse('history', '--limit', '2')
  assert.match(text, /^3 \| 3-\w+ \| [^|]+ \| local \| 1 \| running \| back\n2 \| /)
  assert.equal((await gatehouse('rollback', '99', '--yes')).status, 4)
  assert.equal((await gatehouse('rollback', 'x', '--yes')).status, 2)
  assert.equal((await gatehouse('rollback', '1', '--yes', '--timeout', 'soon')).status, 2)
  assert.equal((await gatehouse('rollout')).text, 'no roll-out is known yet\n')
})

test('of two files made from one revision the second is refused, unless it is forced', async () => {
  const [a, b] = [join(site.dir, 'one.yaml'), join(site.dir, 'two.yaml')]
  for (const path of [a, b]) assert.equal((await gatehouse('export', '-o', path)).status, 0)
  const text = readFileSync(a, 'utf8')
  assert.match(text, /^# revision: \d+$/m)
  writeFileSync(a, `${text}masks: [{ name: iban }]\n`)
  assert.equal((await apply(a)).status, 0)
  writeFileSync(b, `${text}masks: [{ name: pin }]\n`)
  const second = await apply(b)
  assert.deepEqual(
    [second.status, /local committed revision \d+ first/.test(second.why)],
    [6, true],
  )
  assert.match(second.why, /--force commits over it/)
  assert.equal((await apply(b, '--force')).status, 0)
})

test('a base that is not the newest any more is refused, and a request that nobody knows', async () => {
  assert.equal((await apply(file('f.yaml', 'off'), '--base', '1')).status, 6)
  const id = '0192f3c1-7a52-7c3e-9d0e-6b1f0c2d3e4f'
  assert.equal((await gatehouse('fix', id)).status, 4)
  assert.equal((await gatehouse('fix', id, '--apply', '0')).status, 2)
})

test('the settings file against what was committed elsewhere: told, shown, and refused to remove without a word', async () => {
  const settings = join(site.dir, 'with-sites.yaml')
  writeFileSync(
    settings,
    `state_dir: ${site.dir}
rules: { set: ${join(site.dir, 'set')} }
sites: [{ name: other, hosts: [other.example], upstreams: [{ url: "http://127.0.0.1:1" }] }]
`,
  )
  const given = ['--settings', settings]
  assert.match((await gatehouse(...given, 'check')).why, /do not count any more/)
  const shown = await gatehouse(...given, 'reload', '--take-file', '--dry-run')
  assert.equal(shown.status, 0, shown.why)
  assert.match(shown.text, /\+ sites other\n- sites shop|- sites shop\n\+ sites other/)
  const asked = await gatehouse(...given, 'reload', '--take-file')
  assert.deepEqual([asked.status, /1 thing would be removed; add --yes/.test(asked.why)], [2, true])
  const silent = ['--settings', here[1] ?? '', 'reload', '--take-file']
  assert.equal((await gatehouse(...silent)).status, 2)
})

test('where no API answers, nobody is told to start a second Gatehouse', async () => {
  const state_dir = join(site.dir, 'elsewhere')
  mkdirSync(state_dir)
  const settings = join(state_dir, 'gatehouse.yaml')
  writeFileSync(settings, `state_dir: ${state_dir}\n`)
  const stopped = await gatehouse('--settings', settings, 'attacks')
  assert.deepEqual([stopped.status, /nothing answers on/.test(stopped.why)], [3, true])
  writeFileSync(pidFile(state_dir), `${process.pid}\n`)
  const away = await gatehouse('--settings', settings, 'attacks')
  assert.match(away.why, new RegExp(`Gatehouse runs \\(process ${process.pid}\\)`))
})
