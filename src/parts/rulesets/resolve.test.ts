import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { Fault } from '#base/fault.ts'
import { compileRuleset } from '#parts/waf/ruleset.ts'
import { addRuleset } from './add.ts'
import { keptRulesets, resolveRuleset } from './resolve.ts'

function scratch(): { readonly dir: string } & Disposable {
  const dir = mkdtempSync(join(tmpdir(), 'rulesets-'))
  return { dir, [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }) }
}

const choice = (kept_dir: string, files: readonly string[] = []) => ({
  kept_dir,
  paranoia_level: 2,
  inbound_threshold: 7,
  outbound_threshold: 4,
  files,
})

const rules = `SecComponentSignature "TEST_SET/1.2.3"
SecRule ARGS "@pmFromFile words.data" "id:1,phase:2,deny,msg:'a word'"
`

function writeSet(dir: string, text = rules) {
  mkdirSync(join(dir, 'rules'), { recursive: true })
  writeFileSync(join(dir, 'crs-setup.conf.example'), '# nothing\n')
  writeFileSync(join(dir, 'rules', 'one.conf'), text)
  writeFileSync(join(dir, 'rules', 'words.data'), 'evil\n')
}

/** One entry of a tar archive, by POSIX.1-1988 (ustar). */
function tarEntry(name: string, content: string, type = '0'): Buffer {
  const header = Buffer.alloc(512)
  header.write(name, 0)
  header.write('0000644\0', 100)
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124)
  header.write('        ', 148)
  header.write(type, 156)
  header.write('ustar\x0000', 257)
  const sum = header.reduce((a, b) => a + b, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  const body = Buffer.alloc(Math.ceil(content.length / 512) * 512)
  body.write(content)
  return Buffer.concat([header, body])
}

function archive(dir: string, entries: readonly Buffer[]): string {
  const path = join(dir, 'set.tar.gz')
  writeFileSync(path, gzipSync(Buffer.concat([...entries, Buffer.alloc(1024)])))
  return path
}

const goodEntries = [
  tarEntry('set-1.2.3/crs-setup.conf.example', '# nothing\n'),
  tarEntry('set-1.2.3/rules/one.conf', rules),
  tarEntry('set-1.2.3/rules/words.data', 'evil\n'),
]

const faultCode = (code: string) => (error: unknown) =>
  error instanceof Fault && error.code === code

test('a folder resolves to base rules, settings, setup, rules and own files, in this order', () => {
  using area = scratch()
  writeSet(join(area.dir, 'set'))
  const own = join(area.dir, 'own.conf')
  writeFileSync(own, 'SecAction "id:2,phase:1,pass,nolog"\n')
  const { sources } = resolveRuleset(join(area.dir, 'set'), choice(area.dir, [own]))
  const names = sources.map(({ file }) => file.split('/').at(-1))
  assert.deepEqual(names, [
    'base.conf',
    'settings',
    'crs-setup.conf.example',
    'one.conf',
    'own.conf',
  ])
  assert.match(sources[1]?.text ?? '', /tx\.blocking_paranoia_level=2.*threshold=7/)
})

test('data files are read beside the rules and nowhere else', () => {
  using area = scratch()
  writeSet(join(area.dir, 'set'))
  writeFileSync(join(area.dir, 'secret'), 'secret')
  symlinkSync(join(area.dir, 'secret'), join(area.dir, 'set', 'rules', 'link.data'))
  const { read_data } = resolveRuleset(join(area.dir, 'set'), choice(area.dir))
  const from = join(area.dir, 'set', 'rules', 'one.conf')
  assert.equal(read_data('words.data', from), 'evil\n')
  for (const path of ['../../secret', '/etc/passwd', 'link.data', 'missing.data']) {
    assert.equal(read_data(path, from), undefined, path)
  }
})

test('a name that is neither folder nor kept is refused', () => {
  using area = scratch()
  assert.throws(() => resolveRuleset('4.99', choice(area.dir)), faultCode('rulesets.not_found'))
  mkdirSync(join(area.dir, 'empty'))
  assert.throws(
    () => resolveRuleset(join(area.dir, 'empty'), choice(area.dir)),
    faultCode('rulesets.not_a_rule_set'),
  )
  assert.throws(
    () => resolveRuleset('package', choice(area.dir, ['/no/such.conf'])),
    faultCode('rulesets.file_missing'),
  )
})

test('an archive is kept under the version its rules name, and can be used by it', () => {
  using area = scratch()
  const kept = join(area.dir, 'kept')
  const added = addRuleset(archive(area.dir, goodEntries), { kept_dir: kept })
  assert.equal(added.name, '1.2.3')
  assert.deepEqual(keptRulesets(kept), ['1.2.3'])
  const resolved = resolveRuleset('1.2.3', choice(kept))
  assert.equal(compileRuleset(resolved.sources, resolved).signature, 'TEST_SET/1.2.3')
  assert.throws(
    () => addRuleset(archive(area.dir, goodEntries), { kept_dir: kept }),
    faultCode('rulesets.already_kept'),
  )
})

test('a folder is kept as well, under a given name', () => {
  using area = scratch()
  writeSet(join(area.dir, 'set'))
  const kept = join(area.dir, 'kept')
  assert.equal(addRuleset(join(area.dir, 'set'), { kept_dir: kept, name: 'mine' }).name, 'mine')
  assert.deepEqual(keptRulesets(kept), ['mine'])
})

const bad: readonly (readonly [what: string, code: string, entries: readonly Buffer[]])[] = [
  ['a path that goes up', 'rulesets.bad_archive', [tarEntry('a/../../x', 'x')]],
  ['an absolute path', 'rulesets.bad_archive', [tarEntry('/etc/x', 'x')]],
  ['a link among the rules', 'rulesets.bad_archive', [tarEntry('a/rules/x.conf', '', '2')]],
  ['no rules', 'rulesets.not_a_rule_set', [tarEntry('a/README', 'x')]],
  [
    'rules that do not load',
    'seclang.unknown_directive',
    [tarEntry('a/crs-setup.conf', ''), tarEntry('a/rules/x.conf', 'SecRul ARGS x\n')],
  ],
]
for (const [what, code, entries] of bad) {
  test(`an archive with ${what} is refused and leaves nothing behind`, () => {
    using area = scratch()
    const kept = join(area.dir, 'kept')
    assert.throws(() => addRuleset(archive(area.dir, entries), { kept_dir: kept }), faultCode(code))
    assert.deepEqual(readdirSync(area.dir).includes('kept') ? readdirSync(kept) : [], [])
  })
}

test('an archive that is cut short, damaged or no archive is refused', () => {
  using area = scratch()
  const kept = join(area.dir, 'kept')
  const path = join(area.dir, 'bad.tar.gz')
  const tar = Buffer.concat([...goodEntries])
  const damaged = Buffer.from(tar)
  damaged[5] = 88
  for (const bytes of [gzipSync(tar.subarray(0, 900)), gzipSync(damaged), Buffer.from('none')]) {
    writeFileSync(path, bytes)
    assert.throws(() => addRuleset(path, { kept_dir: kept }), Fault)
  }
  assert.deepEqual(keptRulesets(kept), [])
})

const hasPackage = existsSync('/usr/share/modsecurity-crs/rules')
const skip = hasPackage
  ? false
  : 'the package modsecurity-crs is missing: scripts/install-deps test'

test("the distribution's CRS 3.3 loads unmodified and without a warning", { skip }, () => {
  const resolved = resolveRuleset('package', choice('/nonexistent'))
  const ruleset = compileRuleset(resolved.sources, resolved)
  assert.match(ruleset.signature, /^OWASP_CRS\/3\.3/)
  assert.deepEqual(ruleset.warnings, [])
  assert.ok(ruleset.rule_count > 600)
  const send = (uri: string) => {
    const transaction = ruleset.begin({
      request_id: 'r',
      at_ms: 0,
      client_address: '192.0.2.1',
      client_port: 1,
      server_address: '127.0.0.1',
      server_port: 80,
      method: 'GET',
      uri,
      http_version: '1.1',
      headers: [
        ['Host', 'shop.example'],
        ['User-Agent', 'Mozilla/5.0'],
        ['Accept', '*/*'],
      ],
    })
    transaction.requestHeaders()
    transaction.requestBody(undefined)
    return transaction
  }
  assert.equal(send('/?q=shoes').intervention, undefined)
  const attack = send('/?q=%27%20OR%201%3D1%20UNION%20SELECT%20a%20FROM%20users--')
  assert.equal(attack.intervention?.rule_id, 949110)
  assert.ok(attack.scores.inbound >= 7)
})
