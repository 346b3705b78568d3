/** A revoked node is cut off at once and everywhere; what it has it keeps enforcing; an invitation brings it back. */
import assert from 'node:assert/strict'
import { until } from '../../world.ts'
import type { ClusterScenario } from '../scenario.ts'
import { invitation } from './join.ts'

export const revoke: ClusterScenario = {
  name: 'revoke',
  async run(world) {
    const [, thief] = world.edges
    const start = performance.now()
    await world.ps.run('node', 'revoke', thief.name, '--yes')
    await until('it is cut off', 10_000, async () => {
      const told = JSON.parse(await thief.admin('/cluster')) as {
        agent: { connected_to: string | null }
      }
      return told.agent.connected_to === null
    })
    const took = performance.now() - start
    assert.equal((await world.views()).get(thief.name)?.connection_status, 'revoked')
    assert.equal(await thief.ask('/revoked/etc/passwd'), 403, 'it protects as before')
    const revision = await world.commit('without it', (policy) => ({
      ...policy,
      masks: [{ name: 'after_revocation' }],
    }))
    await world.inSync(['ps', 'edge-1'])
    assert.ok(((await world.views()).get(thief.name)?.revision ?? 0) < revision)
    const { items } = await world.ps.api((api) =>
      api.call('GET /api/v1/hits', { query: { range: '1h', limit: 100 } }),
    )
    assert.ok(!items.some((hit) => hit.uri.includes('/revoked/')), 'its records are not taken')
    await thief.stop()
    await thief.run(...(await invitation(world.ps)), '--leave')
    await thief.start()
    await world.inSync()
    return { revoke_ms: Math.round(took) }
  },
}
