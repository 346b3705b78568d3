/**
 * A commit that sends requests nowhere reaches the policy server and the canary, whose errors stop the roll-out; it is
 * rolled back by itself, and the last node never saw it.
 */
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { until } from '../../world.ts'
import type { ClusterScenario } from '../scenario.ts'

export const canary: ClusterScenario = {
  name: 'canary',
  async run(world) {
    const [first, last] = world.edges
    await world.ps.run('node', 'group', first.name, 'canary')
    await world.commit('canary first', (policy) => ({
      ...policy,
      groups: [{ name: 'canary' }],
      rollout: { canary_group: 'canary', wave_size: 1, wait: '3s', error_rate_max: 0.05 },
    }))
    await world.inSync(undefined, 60_000)
    let is_over = false
    const seen: (number | undefined)[] = []
    const clients = world.all.map(async (node) => {
      while (!is_over) {
        const status = await node.ask('/item')
        if (node === last) seen.push(status)
        await delay(20)
      }
    })
    await delay(2000)
    const start = performance.now()
    const before = (await world.views()).get(last.name)?.revision ?? 0
    const bad = await world.commit('nowhere', (policy) => ({
      ...policy,
      sites: (policy.sites ?? []).map((site) => ({
        ...site,
        upstreams: [{ url: 'http://10.77.0.11:9' }],
      })),
    }))
    await until('the roll-out is rolled back', 60_000, async () => {
      const { items } = await world.ps.api((api) => api.call('GET /api/v1/policy/commits'))
      const last_commit = items[0]
      return (
        (last_commit?.revision ?? 0) > bad &&
        items.some((c) => c.revision === bad && c.rollout === 'rolled_back')
      )
    })
    const took = performance.now() - start
    await world.inSync(undefined, 60_000)
    is_over = true
    await Promise.all(clients)
    assert.ok(seen.length > 20, 'the last node was asked')
    assert.deepEqual(
      seen.filter((status) => status !== 200),
      [],
      `${last.name} never enforced it`,
    )
    assert.ok(before < bad)
    for (const node of world.all) assert.equal(await node.ask('/item'), 200, node.name)
    await world.commit('all at once again', (policy) => ({ ...policy, rollout: {} }))
    await world.inSync(undefined, 60_000)
    await world.ps.run('node', 'group', first.name, '')
    return { canary_rolled_back_ms: Math.round(took) }
  },
}
