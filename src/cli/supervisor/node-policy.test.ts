import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { systemClock, testClock } from '#base/clock.ts'
import type { Fault } from '#base/fault.ts'
import { silentLog } from '#base/log.ts'
import { prometheusMetrics } from '#base/metrics.ts'
import { packBundle } from '#parts/bundle/bundle.ts'
import { openShelf, readShelved } from '#parts/bundle/shelf.ts'
import { newSigningKey } from '#parts/bundle/signing.ts'
import { compilePolicy } from '#parts/enforcement/compiled-policy.ts'
import { supervisorFaults } from '../faults.ts'
import { filePolicy, gatherSettings, loadPolicy, policyInForce } from '../policy.ts'
import { Settings } from '../settings.ts'
import { readBootPolicy } from './boot-policy.ts'
import type { Membership } from './membership.ts'
import type { PolicyRef } from './messages.ts'
import { firstPolicy, nodePolicy } from './node-policy.ts'
import type { WorkerPool } from './worker-pool.ts'

const root = mkdtempSync(join(tmpdir(), 'node-policy-'))
after(() => rmSync(root, { recursive: true, force: true }))
mkdirSync(join(root, 'set/rules'), { recursive: true })
writeFileSync(
  join(root, 'set/rules/own.conf'),
  `SecRule ARGS "@contains bad" "id:9000,phase:2,deny,status:403,t:none"\n`,
)
writeFileSync(join(root, 'set/crs-setup.conf'), 'SecDefaultAction "phase:2,pass,log"\n')

const world = {
  clock: systemClock,
  log: silentLog,
  metrics: prometheusMetrics(),
  stop: new AbortController().signal,
}
const cluster_id = '0b0e4d52-5f6f-4a51-9d0c-6c9be3a7c001'
const key = newSigningKey()

function settingsOf(state_dir: string, mode = 'block', files: string[] = []): Settings {
  return Settings.parse({
    state_dir,
    rules: { set: join(root, 'set'), files },
    sites: [{ name: 'a', hosts: ['a.example'], mode, upstreams: [{ url: 'http://127.0.0.1:1' }] }],
  })
}

/** Workers that take everything, or nothing. */
function pool(first: PolicyRef | null) {
  const state = {
    policy: first,
    refuse: false,
    fails_to_activate: false,
    /** What a start with this policy fails with, by the id of its bundle. */
    faults: new Map<string, Fault[]>(),
    steps: [] as string[],
  }
  const workers: Pick<WorkerPool, 'policy' | 'prepare' | 'activate' | 'roll' | 'startWith'> = {
    get policy() {
      return state.policy
    },
    async prepare({ id }) {
      if (state.refuse) throw new Error('refused')
      state.steps.push(`prepare ${id.slice(0, 4)}`)
    },
    async activate(policy) {
      state.policy = policy
      if (state.fails_to_activate) throw new Error('the pipe is gone')
    },
    startWith(policy) {
      state.policy = policy
    },
    async roll() {
      const fault = state.faults.get(state.policy?.id ?? '')?.shift()
      if (fault !== undefined) throw fault
    },
  }
  return { state, workers: workers as WorkerPool }
}

function memberOf(state_dir: string, roles: readonly string[]): Membership {
  const trust = { cluster_id, keys: [key.public_pem] }
  const shelf = openShelf(join(state_dir, 'shelf'), () => trust)
  return { shelf, has: (role) => roles.includes(role) } as Partial<Membership> as Membership
}

function bundleOf(settings: Settings, revision: number) {
  const files = gatherSettings(settings)
  const commit = {
    cluster_id,
    revision,
    author: 't',
    message: '',
    committed_at: '2026-01-01T00:00:00.000Z',
  }
  return { bundle: packBundle(files, commit, key), files }
}

test('a policy server begins with its settings file; a bundle takes its place and stays over a restart', async () => {
  const state_dir = join(root, 'a')
  const settings = settingsOf(state_dir)
  const member = memberOf(state_dir, ['edge', 'policy'])
  const first = firstPolicy(member, settings)
  assert.equal(first.ref?.kind, 'boot')
  const boot = compilePolicy(readBootPolicy(state_dir, first.ref?.id ?? ''))
  assert.deepEqual(
    boot.sites.map(({ site }) => site.name),
    ['a'],
  )
  const { state, workers } = pool(first.ref)
  const policy = nodePolicy(first, member, workers, state_dir, world)
  assert.ok(policy.is_booting)

  await policy.applySettings(settingsOf(state_dir, 'monitor'))
  assert.notEqual(state.policy?.id, first.ref?.id)
  assert.equal(readdirSync(join(state_dir, 'boot')).length, 1, 'the old one is gone')

  const shelved = bundleOf(settings, 1)
  for (const { path, sha256 } of shelved.bundle.head.files)
    member.shelf.addFile(sha256, shelved.files.get(path) ?? Buffer.alloc(0))
  await policy.apply(shelved)
  assert.deepEqual(state.policy, { kind: 'shelf', id: shelved.bundle.id })
  assert.equal(policy.is_booting, false)
  assert.deepEqual(policy.enforced(), { id: shelved.bundle.id, revision: 1 })
  const read = readShelved(join(state_dir, 'shelf'), shelved.bundle.id)
  assert.equal(compilePolicy(read.files).sites.length, 1)
  assert.deepEqual(readdirSync(join(state_dir, 'boot')), [])
  assert.match(policyInForce(settings).bundle, /^1-/, 'who only looks sees it as well')

  await policy.applySettings(settingsOf(state_dir, 'off'))
  assert.equal(state.policy?.kind, 'shelf', 'the file has no say any more')
  const again = firstPolicy(memberOf(state_dir, ['edge', 'policy']), settings)
  assert.deepEqual(again.ref, { kind: 'shelf', id: shelved.bundle.id })
})

test('what a worker refuses never reaches the shelf; an older bundle never reaches a worker', async () => {
  const state_dir = join(root, 'b')
  const member = memberOf(state_dir, ['edge'])
  const settings = settingsOf(state_dir)
  const first = firstPolicy(member, settings)
  assert.equal(first.ref, null, 'a node without the role waits for its first bundle')
  const { state, workers } = pool(null)
  const policy = nodePolicy(first, member, workers, state_dir, world)
  assert.equal(policy.is_booting, false)
  const [newer, older] = [bundleOf(settings, 5), bundleOf(settingsOf(state_dir, 'off'), 4)]
  for (const { bundle, files } of [newer, older])
    for (const { path, sha256 } of bundle.head.files)
      member.shelf.addFile(sha256, files.get(path) ?? Buffer.alloc(0))
  state.refuse = true
  await assert.rejects(policy.apply(newer), /refused/)
  assert.equal(member.shelf.revision_floor, 0)
  assert.equal(policy.enforced(), null)
  state.refuse = false
  await policy.apply(newer)
  await assert.rejects(policy.apply(older), { code: 'bundle.older_revision' })
  assert.deepEqual(state.steps, [`prepare ${newer.bundle.id.slice(0, 4)}`])
  assert.equal(policy.enforced()?.revision, 5)
})

const refusal = (code: string) => supervisorFaults.worker_refused({ code, message: 'Cannot …' })
const death = () => supervisorFaults.worker_died({ index: 0, how: 'SIGKILL' })

/** A node with two bundles on its shelf that starts again; `faults` by revision. */
function restarted(name: string, faults: Record<number, Fault[]>) {
  const clock = testClock()
  const state_dir = join(root, name)
  const member = memberOf(state_dir, ['edge', 'policy'])
  const settings = settingsOf(state_dir)
  const [one, two, three] = ['block', 'monitor', 'off'].map((mode, at) =>
    bundleOf(settingsOf(state_dir, mode), at + 1),
  )
  assert.ok(one && two && three)
  for (const shelved of [one, two, three]) {
    for (const { path, sha256 } of shelved.bundle.head.files)
      member.shelf.addFile(sha256, shelved.files.get(path) ?? Buffer.alloc(0))
    if (shelved !== three) member.shelf.activate(shelved.bundle)
  }
  const first = firstPolicy(member, settings)
  const { state, workers } = pool(first.ref)
  for (const { bundle } of [one, two])
    state.faults.set(bundle.id, faults[bundle.head.revision] ?? [])
  const policy = nodePolicy(first, member, workers, state_dir, { ...world, clock })
  /** Turns the clock and lets everything that follows happen. */
  const pass = async (ms: number): Promise<void> => {
    for (let at = 0; at < ms; at += 250) {
      await new Promise(setImmediate)
      await clock.advance(250)
    }
    await new Promise(setImmediate)
  }
  return { pass, policy, state, member, three, start: () => policy.start(settings) }
}

test('a bundle that workers take no more gives way to the one before', async () => {
  const node = restarted('d', { 2: [refusal('waf.unknown_name')] })
  await node.start()
  assert.equal(node.policy.enforced()?.revision, 1)
  await node.policy.apply(node.three)
  assert.equal(node.policy.enforced()?.revision, 3)
})

test('when the one before does no more either, the node waits for the next commit', async () => {
  const node = restarted('e', {
    1: [refusal('waf.bad_rule')],
    2: [refusal('seclang.bad_directive')],
  })
  await node.start()
  assert.equal(node.state.policy, null)
  assert.equal(node.policy.enforced(), null)
  assert.equal(node.policy.is_booting, false, 'the file has no say again')
  await node.pass(120_000)
  assert.deepEqual(node.state.steps, [], 'nothing is to be hoped for')
})

test('what keeps workers from the newest may pass: the one before protects meanwhile', async () => {
  const node = restarted('l', { 2: [refusal('bug')] })
  await node.start()
  assert.equal(node.policy.enforced()?.revision, 1)
  await node.pass(11_000)
  assert.equal(node.policy.enforced()?.revision, 2)
})

test('workers that die while they start are started again with the same bundle', async () => {
  const node = restarted('f', { 2: [death(), death()] })
  const started = node.start()
  await node.pass(2000)
  await started
  assert.equal(node.policy.enforced()?.revision, 2)
})

test('when they die with every bundle, what is on the shelf protects as soon as it can', async () => {
  const deaths = () => Array.from({ length: 4 }, death)
  const node = restarted('g', { 1: deaths(), 2: deaths() })
  const started = node.start()
  await node.pass(11_000)
  await started
  assert.equal(node.policy.enforced(), null)
  node.state.refuse = true
  await node.pass(6000)
  node.state.refuse = false
  await node.pass(11_000)
  assert.equal(node.policy.enforced()?.revision, 2)
})

test('a port that is taken keeps the node from starting, and no bundle is forgotten for it', async () => {
  const node = restarted('h', { 2: [refusal('http.cannot_listen')] })
  await assert.rejects(node.start(), { code: 'supervisor.worker_refused' })
  assert.equal(node.policy.enforced()?.revision, 2)
})

test('what the shelf has activated counts, also when a worker cannot be told', async () => {
  const node = restarted('i', {})
  await node.start()
  node.state.fails_to_activate = true
  await node.policy.apply(node.three)
  assert.equal(node.policy.enforced()?.revision, 3)
  assert.equal(node.member.shelf.active()?.bundle.head.revision, 3)
})

test('files of one’s own come along with their data; two of one name are told apart', () => {
  const dirs = ['x', 'y'].map((name) => join(root, name))
  for (const dir of dirs) {
    mkdirSync(dir)
    writeFileSync(join(dir, 'bots.data'), 'evilbot\n')
    const id = dir.endsWith('x') ? 9500 : 9501
    writeFileSync(
      join(dir, 'My Rules.conf'),
      `SecRule REQUEST_HEADERS:User-Agent "@pmFromFile bots.data" "id:${id},phase:1,deny,t:none"\n`,
    )
  }
  const settings = settingsOf(
    join(root, 'c'),
    'block',
    dirs.map((dir) => join(dir, 'My Rules.conf')),
  )
  const { own_rules } = filePolicy(settings)
  assert.deepEqual(
    own_rules?.map(({ name, data }) => [name, data]),
    [
      ['my-rules', { 'bots.data': 'evilbot\n' }],
      ['my-rules-2', { 'bots.data': 'evilbot\n' }],
    ],
  )
  assert.ok(loadPolicy(settings).rules > loadPolicy(settingsOf(join(root, 'c'))).rules)
  assert.equal(filePolicy(settingsOf(join(root, 'c'))).own_rules, undefined)
})
