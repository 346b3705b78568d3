import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { systemClock, testClock } from '#base/clock.ts'
import { Fault } from '#base/fault.ts'
import { jsonLog } from '#base/log.ts'
import { prometheusMetrics } from '#base/metrics.ts'
import { filePolicy } from '../policy.ts'
import { loadSettings, type Settings } from '../settings.ts'
import { readBootPolicy, writeBootPolicy } from './boot-policy.ts'
import type { NodePolicy } from './node-policy.ts'
import type { OfficeChild } from './office-child.ts'
import { commitFileSoon, printsOf, reload } from './reload.ts'

const dir = mkdtempSync(join(tmpdir(), 'reload-'))
after(() => rmSync(dir, { recursive: true, force: true }))
const file = join(dir, 'gatehouse.yaml')

function write(mode: string, more = ''): void {
  writeFileSync(
    file,
    `state_dir: ${dir}
${more}
sites:
  - { name: a, hosts: [a.example], mode: ${mode}, upstreams: [{ url: "http://127.0.0.1:1" }] }
`,
  )
}

function read(): Settings {
  const result = loadSettings(file)
  assert.ok(result.kind === 'ok')
  return result.data
}

/** A node that enforces revision 1, and an office that commits, or is away. */
function node(is_policy_server = true) {
  const lines: string[] = []
  const state = { revision: 1, rolls: 0, told: 0, away: false, is_booting: false, booted: 0 }
  const policy: NodePolicy = {
    get is_booting() {
      return state.is_booting
    },
    enforced: () => ({ id: 'x', revision: state.revision }),
    bundle: '1-x',
    apply: async () => {},
    applySettings: async () => void state.booted++,
    start: async () => {},
    roll: async () => void state.rolls++,
  }
  const office: Pick<OfficeChild, 'commitFile'> = {
    async commitFile() {
      if (state.away) throw new Fault('supervisor.office_away', 'away', {})
      state.told++
      systemClock.after(30, () => void (state.revision = 2))
      return { revision: 2, is_changed: true }
    },
  }
  const world = {
    clock: systemClock,
    log: jsonLog('event', (line) => lines.push(line)),
    metrics: prometheusMetrics(),
    stop: new AbortController().signal,
  }
  const context = {
    file,
    is_policy_server,
    policy,
    office: office as OfficeChild,
    prints: printsOf(read(), is_policy_server),
  }
  return { state, lines, context, again: (old: Settings) => reload(old, context, world) }
}

test('changed sites become a commit, and the reload is done when it is in force', async () => {
  write('block')
  const old = read()
  const { state, again } = node()
  await again(old)
  assert.deepEqual([state.told, state.rolls], [0, 0], 'nothing changed')
  write('monitor')
  await again(old)
  assert.deepEqual([state.told, state.rolls, state.revision], [1, 0, 2])
})

test('a certificate that was renewed in its file counts also while the office is away', async () => {
  const [cert, key] = [join(dir, 'c.pem'), join(dir, 'k.pem')]
  for (const path of [cert, key]) writeFileSync(path, 'one')
  const edge = `edge: { listen: [{ address: "*:1", tls: true }], certificates: [{ cert: ${cert}, key: ${key} }] }`
  write('block', edge)
  const old = read()
  const { state, again } = node()
  state.away = true
  writeFileSync(cert, 'two')
  await again(old)
  assert.equal(state.rolls, 1)
  await again(old)
  assert.equal(state.rolls, 1, 'once')
  write('off', edge)
  await assert.rejects(again(old), { code: 'supervisor.office_away' })
})

test('before the first commit the file itself counts', async () => {
  write('block')
  const { state, again } = node()
  state.is_booting = true
  write('monitor')
  await again(read())
  assert.deepEqual([state.booted, state.told], [1, 0])
})

test('a node without the role says that its file has no say', async () => {
  write('block')
  const { state, lines, again } = node(false)
  await again(read())
  assert.deepEqual([state.told, state.rolls, state.booted], [0, 0, 0])
  assert.match(lines.join(), /takes its policy from the policy servers/)
})

test('what only a restart can change is kept for whoever asked', async () => {
  write('block')
  const old = read()
  const { context, again } = node()
  write('block', 'log: detail')
  await again(old)
  assert.match(context.prints.partial, /log needs a restart$/)
  write('block')
  await again(old)
  assert.equal(context.prints.partial, '')
})

test('a file that was overtaken is told once, and what is committed counts', async () => {
  const clock = testClock()
  const troubles: string[] = []
  let asked = 0
  const office = {
    ready: Promise.resolve({ url: '' }),
    async commitFile() {
      asked++
      throw new Fault('policy.file_is_behind', 'changed elsewhere', {})
    },
  } as unknown as OfficeChild
  write('block')
  const world = {
    clock,
    log: jsonLog('event', (line) => troubles.push(line)),
    metrics: prometheusMetrics(),
    stop: new AbortController().signal,
  }
  commitFileSoon(read, office, world).now()
  for (let i = 0; i < 5; i++) {
    await new Promise(setImmediate)
    await clock.advance(10_000)
  }
  assert.deepEqual([asked, troubles.length], [1, 1])
})

test('a file without sites says nothing of the policy, so that nothing is taken back by it', () => {
  write('block')
  const settings = read()
  assert.deepEqual(Object.keys(filePolicy(settings)), ['rules', 'sites'])
  assert.deepEqual(filePolicy({ ...settings, sites: [] }), {})
  const strict = { ...settings.rules, paranoia_level: 2 }
  assert.deepEqual(Object.keys(filePolicy({ rules: strict, sites: [] })), ['rules'])
})

test('a broken file changes nothing', async () => {
  write('block')
  const old = read()
  const { state, again } = node()
  writeFileSync(file, 'sites: [nonsense')
  await assert.rejects(again(old), { code: 'settings.invalid' })
  assert.deepEqual([state.told, state.rolls], [0, 0])
})

test('a damaged policy of the settings file is never taken for a whole one', () => {
  const ref = writeBootPolicy(dir, new Map([['policy.json', Buffer.from('{}')]]))
  assert.equal(readBootPolicy(dir, ref.id).get('policy.json')?.toString(), '{}')
  const path = join(dir, 'boot', `${ref.id}.json`)
  writeFileSync(path, JSON.stringify([['policy.json', Buffer.from('{ }').toString('base64')]]))
  assert.throws(() => readBootPolicy(dir, ref.id), { code: 'supervisor.boot_policy_broken' })
  rmSync(path)
  assert.throws(() => readBootPolicy(dir, ref.id), { code: 'supervisor.boot_policy_broken' })
})
