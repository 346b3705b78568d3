/**
 * Ten times: everything of one node (policy server or edge) is killed at a random moment of a commit and its roll-out.
 * No acknowledged commit is lost, one id never names two bundles, no node is without a bundle.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { until } from '../../world.ts'
import type { ClusterScenario } from '../scenario.ts'
import { withProbe } from '../world.ts'

/** Mulberry32: the same seed, the same moments. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

export const kill: ClusterScenario = {
  name: 'kill',
  async run(world) {
    const seed = Number(process.env['GATEHOUSE_LAB_SEED'] ?? 3)
    const next = random(seed)
    let acknowledged = 0
    const known = new Map<string, string>()
    for (let n = 0; n < 10; n++) {
      const victim = n % 2 === 0 ? world.ps : world.all[1 + Math.floor(next() * 2)]
      if (!victim) throw new Error('no victim')
      const word = `kill-${n}`
      const moment_ms = Math.floor(next() * 600)
      const committing = world
        .commit(word, (policy) => withProbe(policy, word))
        .catch(() => undefined)
      await delay(moment_ms)
      await victim.kill()
      for (const node of world.all.filter((one) => one !== victim))
        assert.equal(
          await node.ask('/etc/passwd'),
          403,
          `${node.name} protects (kill ${n}, seed ${seed})`,
        )
      const revision = await committing
      await victim.start()
      await world.inSync(undefined, 60_000)
      for (const node of world.all)
        assert.equal(
          await node.ask('/etc/passwd'),
          403,
          `${node.name} protects (kill ${n}, seed ${seed})`,
        )
      const { items } = await world.ps.api((api) => api.call('GET /api/v1/policy/commits'))
      for (const commit of items) {
        const before = known.get(`${commit.revision}`)
        assert.ok(
          before === undefined || before === commit.bundle_id,
          `revision ${commit.revision} changed`,
        )
        known.set(`${commit.revision}`, commit.bundle_id)
      }
      if (revision !== undefined) {
        acknowledged++
        assert.ok(
          items.some((c) => c.revision === revision && c.message === word),
          `commit ${revision} is lost`,
        )
        for (const node of world.all)
          await until(
            `${node.name} enforces ${word}`,
            10_000,
            async () => (await node.ask('/', { 'x-probe': word })) === 403,
          )
      }
      oneIdOneBundle(world.all.map((node) => activeBundle(node.state_dir)))
    }
    return { kills: 10, acknowledged, lost: 0, seed }
  },
}

/** The signed text of the bundle that a node's shelf calls active. */
function activeBundle(state_dir: string): string {
  const active = readFileSync(`${state_dir}/shelf/active.json`, 'utf8')
  const shelf = JSON.parse(active) as { active: { id: string } }
  return readFileSync(`${state_dir}/shelf/bundles/${shelf.active.id}.json`, 'utf8')
}

function oneIdOneBundle(texts: readonly string[]): void {
  const byId = new Map<string, string>()
  for (const text of texts) {
    const bundle = JSON.parse(text) as { id: string; head: unknown }
    const head = JSON.stringify(bundle.head)
    assert.ok((byId.get(bundle.id) ?? head) === head, `two bundles are called ${bundle.id}`)
    byId.set(bundle.id, head)
  }
  assert.equal(byId.size, 1, 'all nodes run the same bundle')
}
