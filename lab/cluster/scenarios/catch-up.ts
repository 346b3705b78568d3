/** A node without its cable enforces what it has, also after a restart, and catches up when the cable is back. */
import assert from 'node:assert/strict'
import { until } from '../../world.ts'
import type { ClusterScenario } from '../scenario.ts'
import { withProbe } from '../world.ts'

export const catchUp: ClusterScenario = {
  name: 'catch-up',
  async run(world) {
    const [, away] = world.edges
    world.network.setCable(away.name, false)
    await until('it is told as away', 60_000, async () => {
      return (await world.views()).get(away.name)?.connection_status !== 'connected'
    })
    await world.commit('while it was away', (policy) => withProbe(policy, 'away'))
    await world.inSync(['ps', 'edge-1'])
    await away.stop()
    await away.start()
    world.network.setCable(away.name, true)
    assert.equal(await patiently(() => away.ask('/etc/passwd')), 403, 'it protects from its shelf')
    const start = performance.now()
    await until('it enforces the commit', 30_000, async () => {
      return (await away.ask('/', { 'x-probe': 'away' })) === 403
    })
    const took = performance.now() - start
    await world.inSync()
    return { catch_up_ms: Math.round(took) }
  },
}

/** The first answer at all: the switch takes a moment to learn where a host is. */
async function patiently(ask: () => Promise<number | undefined>): Promise<number | undefined> {
  for (let tries = 0; tries < 20; tries++) {
    const status = await ask()
    if (status !== undefined) return status
  }
  return undefined
}
