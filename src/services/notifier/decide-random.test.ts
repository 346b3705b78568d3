import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commit, node } from './decide.support.ts'
import { type Decision, decide } from './decide.ts'
import type { CommitFacts, Facts, NodeFacts, RolloutPlan } from './plan.ts'

/** A cluster of which every step is drawn from a seed: lines break, nodes apply or refuse, people commit. */
const histories = 150
const steps = 60

type World = {
  now_ms: number
  about: CommitFacts
  plan: RolloutPlan | undefined
  nodes: Map<string, NodeFacts>
  /** What lies on each line, told and not yet answered. */
  told: Map<string, 'newest' | 'base'>
}

test('whatever happens: one wave at a time, policy servers first, nothing new after a stop', () => {
  let stops = 0
  let dones = 0
  for (let seed = 1; seed <= histories; seed++) {
    const random = generator(seed)
    const world = newWorld(random)
    for (let i = 0; i < steps; i++) {
      happen(world, random)
      const decision = look(world, seed)
      if (decision.plan.state === 'stopped') stops++
    }
    settle(world, seed)
    dones++
  }
  assert.ok(stops > histories, `only ${stops} steps of stopped roll-outs`)
  assert.equal(dones, histories)
})

function newWorld(random: () => number): World {
  const names = ['policy-1', 'policy-2', ...'abcdef'.split('').map((letter) => `edge-${letter}`)]
  const some = names.filter((_, i) => i === 0 || random() < 0.7)
  const group = () => (random() < 0.3 ? 'first' : '')
  return {
    now_ms: 1_000_000,
    about: newCommit(2, 1, random),
    plan: undefined,
    nodes: new Map(some.map((name) => [`id-${name}`, node(name, { group: group() })])),
    told: new Map(),
  }
}

function newCommit(revision: number, base: number, random: () => number): CommitFacts {
  const rollout = {
    canary_group: random() < 0.5 ? 'first' : '',
    wave_size: Math.floor(random() * 3),
    wait: random() < 0.5 ? '10s' : '0s',
    receipt_timeout: '10s',
  }
  return commit(rollout, {
    revision,
    bundle_id: `b${revision}`,
    bundle: `${revision}-b`,
    content: `c${revision}`,
    base: { revision: base, content: `c${base}` },
    is_rollback: random() < 0.15,
  })
}

function happen(world: World, random: () => number): void {
  world.now_ms += Math.floor(random() * 6_000)
  const pick = [...world.nodes.values()][Math.floor(random() * world.nodes.size)]
  if (!pick) return
  const change = (words: Partial<NodeFacts>) => world.nodes.set(pick.id, { ...pick, ...words })
  const chance = random()
  if (chance < 0.5) answer(world, pick, change)
  else if (chance < 0.6) {
    const told = world.told.get(pick.id)
    if (told !== 'newest') return
    change({ refusal: { bundle_id: world.about.bundle_id, code: 'x.y', message: 'Cannot' } })
  } else if (chance < 0.75) {
    world.told.delete(pick.id)
    change({ is_connected: !pick.is_connected, line: `${world.now_ms}` })
  } else if (chance < 0.9) {
    const { counters } = pick
    const requests = counters.requests + 50
    const errors = counters.errors + (random() < 0.1 ? 40 : 0)
    change({ counters: { requests, errors, blocked: counters.blocked } })
  } else if (chance < 0.95) {
    const base = world.plan?.state === 'done' ? world.about.revision : world.about.base?.revision
    world.about = newCommit(world.about.revision + 1, base ?? 1, random)
    world.plan = undefined
    world.told.clear()
  }
}

function answer(world: World, pick: NodeFacts, change: (words: Partial<NodeFacts>) => void): void {
  const told = world.told.get(pick.id)
  if (!told || !pick.is_connected) return
  const { about } = world
  world.told.delete(pick.id)
  const revision = told === 'newest' ? about.revision : (about.base?.revision ?? 0)
  change({ enforced: { id: `b${revision}`, revision }, refusal: null })
}

function look(world: World, seed: number): Decision {
  const facts: Facts = {
    now_ms: world.now_ms,
    commit: world.about,
    nodes: [...world.nodes.values()],
    can_go_back: true,
  }
  const before = JSON.stringify(world.plan)
  const decision = decide(facts, world.plan)
  assert.equal(JSON.stringify(world.plan), before, 'decide() changed what it was given')
  const again = JSON.stringify(decide(facts, decision.plan).plan)
  assert.equal(again, JSON.stringify(decision.plan), `seed ${seed}: it is not stable`)
  demand(decision, facts, seed)
  world.plan = decision.plan
  for (const [id, what] of decision.offers) world.told.set(id, what)
  return decision
}

function demand({ plan, offers }: Decision, facts: Facts, seed: number): void {
  // The text is made only for what fails: it would be most of the work.
  const hold = (is_true: boolean, rule: string) => {
    if (!is_true) assert.fail(`${rule}: seed ${seed}, ${JSON.stringify(plan)}`)
  }
  const open = plan.waves.filter((wave) => wave.state === 'running' || wave.state === 'watching')
  hold(open.length <= 1, 'two waves at once')
  hold(plan.state === 'running' || open.length === 0, 'a wave goes on after the end')
  hold(plan.why !== '', 'no sentence')
  const newest = [...offers].filter(([, what]) => what === 'newest').map(([id]) => id)
  hold(plan.state !== 'stopped' || newest.length === 0, 'offered after a stop')
  const waiting = new Set(
    plan.waves.filter((wave) => wave.state === 'waiting').flatMap((w) => w.nodes.map((n) => n.id)),
  )
  for (const id of newest) hold(!waiting.has(id), 'offered before its wave')
  for (const [id, what] of offers) {
    const fact = facts.nodes.find((one) => one.id === id)
    const revision = what === 'newest' ? plan.revision : (facts.commit.base?.revision ?? 0)
    hold(fact?.is_connected === true, 'offered to nobody')
    hold((fact?.enforced?.revision ?? 0) < revision, 'offered an older one')
  }
  if (plan.is_rollback || plan.state !== 'running') return
  const first = plan.waves[0]
  if (first?.kind !== 'policy' || first.state === 'done') return
  for (const id of newest) {
    hold(
      first.nodes.some((one) => one.id === id),
      'offered before the policy servers have it',
    )
  }
}

/** From now on all is well: in the end every node enforces the newest commit. */
function settle(world: World, seed: number): void {
  const about = {
    ...world.about,
    revision: world.about.revision + 1,
    bundle_id: 'last',
    content: 'last',
  }
  world.about = about
  world.plan = undefined
  for (const [id, one] of world.nodes) {
    world.nodes.set(id, { ...one, is_connected: true, refusal: null })
  }
  for (let i = 0; i < 100; i++) {
    const { offers, plan } = look(world, seed)
    if (plan.state === 'done') break
    for (const id of offers.keys()) {
      const one = world.nodes.get(id)
      if (!one || offers.get(id) !== 'newest') continue
      world.nodes.set(id, { ...one, enforced: { id: 'last', revision: about.revision } })
    }
    world.now_ms += 3_000
  }
  const { plan } = look(world, seed)
  assert.equal(plan.state, 'done', `seed ${seed}: ${JSON.stringify(plan)}`)
  const behind = [...world.nodes.values()].filter((one) => one.enforced?.id !== 'last')
  assert.deepEqual(behind, [], `seed ${seed}`)
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}
