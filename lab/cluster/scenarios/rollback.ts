/** An earlier commit comes back as a new one; no node ever runs an older revision than it has run. */
import assert from 'node:assert/strict'
import { until } from '../../world.ts'
import type { ClusterScenario } from '../scenario.ts'
import { withProbe } from '../world.ts'

export const rollback: ClusterScenario = {
  name: 'rollback',
  async run(world) {
    const good = await world.commit('good', (policy) => withProbe(policy, 'good'))
    await world.inSync()
    const bad = await world.commit('bad', (policy) => withProbe(policy, 'bad'))
    await world.inSync()
    const start = performance.now()
    await world.ps.run('rollback', String(good), '-m', 'back', '--yes')
    for (const node of world.all) {
      await until(
        `${node.name} is back`,
        10_000,
        async () => {
          const [as_good, as_bad] = [
            await node.ask('/', { 'x-probe': 'good' }),
            await node.ask('/', { 'x-probe': 'bad' }),
          ]
          return as_good === 403 && as_bad === 200
        },
        20,
      )
    }
    const took = performance.now() - start
    await world.inSync()
    const views = [...(await world.views()).values()]
    for (const view of views) assert.ok(view.revision > bad, `${view.name} runs ${view.revision}`)
    const { items } = await world.ps.api((api) => api.call('GET /api/v1/policy/commits'))
    const contents = items.filter((c) => c.revision === good || c.revision === bad + 1)
    assert.equal(contents.length, 2)
    return { rollback_ms: Math.round(took) }
  },
}
