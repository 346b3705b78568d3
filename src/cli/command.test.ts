/** The command as a person types it: what it prints and how it ends. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Command } from 'commander'
import pc from 'picocolors'
import { program } from './command.ts'
import { Exit, exitCodeOf } from './exit.ts'
import { explainFailure } from './output.ts'

const main = join(import.meta.dirname, 'main.ts')
const dir = mkdtempSync(join(tmpdir(), 'gatehouse-command-'))
after(() => rmSync(dir, { recursive: true }))

/** A rule set of our own: these tests do not depend on an installed one. */
before(() => {
  mkdirSync(join(dir, 'set/rules'), { recursive: true })
  writeFileSync(
    join(dir, 'set/rules/own.conf'),
    `SecComponentSignature "OWN/1.0"
SecRule ARGS "@rx (?i)union\\s+select" "id:9000,phase:2,deny,status:403,t:none,t:urlDecodeUni,msg:'Union select',severity:CRITICAL,tag:'attack-sqli'"
`,
  )
  writeFileSync(join(dir, 'set/crs-setup.conf'), 'SecDefaultAction "phase:2,pass,log"\n')
  writeFileSync(join(dir, 'gatehouse.yaml'), settings('set'))
})

function settings(set: string): string {
  return `state_dir: ./state
edge: { admin: "127.0.0.8:1" }
rules: { set: ./${set} }
sites:
  - { name: a, hosts: [a.example], upstreams: [{ url: "http://127.0.0.1:1" }] }
`
}

type Said = { readonly status: number | null; readonly out: string; readonly err: string }

/** In a process of its own, as a shell does it; to start one takes half a second of CPU. */
function gatehouseProcess(...args: string[]): Said {
  const { GATEHOUSE_SETTINGS: _, ...env } = process.env
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    cwd: dir,
    env,
    encoding: 'utf8',
  })
  return { status, out: stdout, err: stderr }
}

/** In this process, in the folder of these tests, which is left as soon as the command has ended. */
async function gatehouse(...args: string[]): Promise<Said> {
  let [out, err] = ['', '']
  const tree = program({
    line: (line = '') => {
      out += `${line}\n`
    },
    json: (value) => {
      out += `${JSON.stringify(value, null, 2)}\n`
    },
    table: async (_head, rows) => {
      out += `${rows.map((row) => row.join(' ')).join('\n')}\n`
    },
    note: (line) => {
      err += `${line}\n`
    },
    colors: pc.createColors(false),
  })
  const collect = (command: Command): void => {
    command.configureOutput({
      writeOut: (text) => {
        out += text
      },
      writeErr: (text) => {
        err += text
      },
    })
    command.commands.forEach(collect)
  }
  collect(tree)
  const before_cwd = process.cwd()
  const { GATEHOUSE_SETTINGS: before_settings } = process.env
  delete process.env['GATEHOUSE_SETTINGS']
  process.chdir(dir)
  try {
    await tree.parseAsync(['node', 'gatehouse', ...args])
    return { status: 0, out, err }
  } catch (error) {
    if (!(error instanceof Exit)) err += explainFailure(error, args.includes('--json'))
    return { status: exitCodeOf(error), out, err }
  } finally {
    process.chdir(before_cwd)
    if (before_settings !== undefined) process.env['GATEHOUSE_SETTINGS'] = before_settings
  }
}

/** A copy of the rule set with one file changed. */
function brokenSet(name: string, rule: string): string {
  cpSync(join(dir, 'set'), join(dir, name), { recursive: true })
  writeFileSync(join(dir, name, 'rules/broken.conf'), rule)
  const file = join(dir, `${name}.yaml`)
  writeFileSync(file, settings(name))
  return file
}

test('the program prints data to standard output and failures to standard error, and ends with its code', () => {
  const good = gatehouseProcess('check')
  assert.deepEqual([good.status, good.err], [0, ''])
  assert.match(good.out, /gatehouse\.yaml: ok, 1 site/)
  const bad = gatehouseProcess('check', '--settings', 'none.yaml')
  assert.deepEqual([bad.status, bad.out], [2, ''])
  assert.match(bad.err, /none\.yaml.*\n.*next: gatehouse up/s)
  assert.match(gatehouseProcess('statsu').err, /Did you mean status/)
})

test('check says what was checked', async () => {
  const { status, out } = await gatehouse('check')
  assert.equal(status, 0)
  assert.match(out, /gatehouse\.yaml: ok, 1 site, \d+ rules of OWN\/1\.0/)
})

test('check tells every problem of the settings with file, line and column, and exits with 2', async () => {
  writeFileSync(join(dir, 'bad.yaml'), 'nod: x\nedge:\n  workers: many\n')
  const { status, out } = await gatehouse('check', '--settings', 'bad.yaml')
  assert.equal(status, 2)
  assert.match(out, /bad\.yaml:1:1: nod: unknown key "nod"; did you mean "node"\?/)
  assert.match(out, /bad\.yaml:3:12: edge\.workers: /)
})

for (const [what, rule, expected] of [
  ['a rule without its end', 'SecRule ARGS "@rx a" "id:1', /broken\.conf:1:\d+/],
  [
    'an unknown operator',
    'SecRule ARGS "@rxx a" "id:1,phase:2,pass"',
    /broken\.conf:1:\d+.*rxx.*"?rx"?/s,
  ],
  [
    'an expression that is not regular',
    '\n\nSecRule ARGS "@rx (a)\\1" "id:1,phase:2,pass"',
    /broken\.conf:3:\d+/,
  ],
  [
    'a data file that is not there',
    'SecRule ARGS "@pmFromFile none.data" "id:1,phase:2,pass"',
    /broken\.conf:1:\d+.*none\.data/s,
  ],
  [
    'a data file outside of the rule set',
    'SecRule ARGS "@pmFromFile /etc/passwd" "id:1,phase:2,pass"',
    /broken\.conf:1:\d+.*passwd/s,
  ],
] as const) {
  test(`check tells ${what} with file, line and column, and exits with 2`, async () => {
    const file = brokenSet(`set-${what.replaceAll(/\W+/g, '-')}`, rule)
    const { status, err } = await gatehouse('check', '--settings', file)
    assert.match(err, expected)
    assert.equal(status, 2)
  })
}

test('explain prints rule, value, decoding and verdict, without a server', async () => {
  const { status, out } = await gatehouse('explain', 'http://a.example/?q=1%2520UNION%20SELECT%202')
  assert.equal(status, 0)
  assert.match(out, /9000 {2}Union select/)
  assert.match(out, /ARGS:q = 1%20UNION SELECT 2/)
  assert.match(out, /urlDecodeUni +1 UNION SELECT 2/)
  assert.match(out, /would be blocked by rule 9000 with 403/)
})

test('explain takes the arguments of curl after --, and gives JSON', async () => {
  const { status, out } = await gatehouse(
    'explain',
    '--json',
    '--',
    '-X',
    'POST',
    'http://a.example/',
    '-d',
    'x=union select',
  )
  assert.equal(status, 0)
  const said = JSON.parse(out) as {
    matches: { rule_id: number; variable: string }[]
    intervention: { status: number }
  }
  assert.deepEqual(
    said.matches.map((m) => [m.rule_id, m.variable]),
    [[9000, 'ARGS:x']],
  )
  assert.equal(said.intervention.status, 403)
})

test('explain takes curl’s flags also without --, and reads a body from a file', async () => {
  writeFileSync(join(dir, 'body.txt'), 'x=union select')
  const { out } = await gatehouse('explain', '-X', 'POST', '-d', '@body.txt', 'http://a.example/')
  assert.match(out, /would be blocked by rule 9000/)
})

for (const [what, args, expected] of [
  [
    'an upstream of another kind',
    ['--site', 'a.example', '--to', 'ftp://x'],
    /Cannot use --to: expected an address/,
  ],
  [
    'an address as a site',
    ['--site', 'http://a.example/', '--to', 'http://x'],
    /Cannot use --site: expected a host/,
  ],
  [
    'a listener without port',
    ['--site', 'a.example', '--to', 'http://x', '--listen', 'banana'],
    /Cannot use --listen: /,
  ],
  [
    'an unknown mode',
    ['--site', 'a.example', '--to', 'http://x', '--mode', 'blok'],
    /Cannot use --mode: /,
  ],
] as const) {
  test(`up refuses ${what} by the option’s name, and writes nothing`, async () => {
    const { status, err } = await gatehouse('up', ...args, '--settings', 'up.yaml')
    assert.match(err, expected)
    assert.equal(status, 2)
    assert.equal(existsSync(join(dir, 'up.yaml')), false)
  })
}

test('a settings file that was broken since does not hide what runs', async () => {
  writeFileSync(join(dir, 'broken.yaml'), `${settings('set')}bogus: 1\n`)
  const { status, err } = await gatehouse('status', '--settings', 'broken.yaml')
  assert.match(err, /warning: .*unknown key "bogus"/)
  assert.match(err, /Cannot reach Gatehouse/)
  assert.equal(status, 3)
})

test('explain says that an honest request would pass', async () => {
  assert.match((await gatehouse('explain', 'http://a.example/?q=boots')).out, /would pass/)
})

test('rules add keeps a rule set by its name once, and list shows it', async () => {
  const added = await gatehouse('rules', 'add', './set', '--name', 'own-1.0', '--json')
  assert.equal(added.status, 0, added.err)
  assert.match((await gatehouse('rules', 'list')).out, /own-1\.0/)
  const again = await gatehouse('rules', 'add', './set', '--name', 'own-1.0')
  assert.notEqual(again.status, 0)
  assert.match(again.err, /own-1\.0/)
})

for (const [what, args, status, expected] of [
  [
    'no settings file',
    ['check', '--settings', 'none.yaml'],
    2,
    /none\.yaml.*\n.*next: gatehouse up/s,
  ],
  ['no running Gatehouse', ['status'], 3, /Cannot reach Gatehouse.*next: gatehouse run/s],
  ['a request id that is none', ['why', 'abc'], 2, /"abc" is no request id/],
  ['an unknown command', ['statsu'], 2, /Did you mean status/],
  ['an unknown flag', ['status', '--jsn'], 2, /--jsn/],
  ['a request without address', ['explain', '--', '-X', 'POST'], 2, /no address/],
  ['nothing to reload', ['reload'], 3, /no running process/],
] as const) {
  test(`${what}: a clear error and exit code ${status}`, async () => {
    const said = await gatehouse(...args)
    assert.match(said.err, expected)
    assert.equal(said.status, status)
    assert.equal(said.out, '')
  })
}

test('every command has help with examples', async () => {
  for (const verb of [
    'up',
    'run',
    'check',
    'status',
    'attacks',
    'why',
    'explain',
    'reload',
    'completion',
  ]) {
    const { status, out } = await gatehouse(verb, '--help')
    assert.equal(status, 0, verb)
    assert.match(out, /Examples:\n {2}(gatehouse|source)/, verb)
  }
})
