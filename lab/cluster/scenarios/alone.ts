/** Without any policy server a node starts, protects and keeps its records; later they are all there. */
import assert from 'node:assert/strict'
import { until } from '../../world.ts'
import type { ClusterScenario } from '../scenario.ts'

export const alone: ClusterScenario = {
  name: 'alone',
  async run(world) {
    const [edge] = world.edges
    await world.ps.kill()
    await edge.kill()
    await edge.start()
    assert.equal(await edge.ask('/'), 200)
    assert.equal(await edge.ask('/alone/etc/passwd'), 403, 'it protects without a policy server')
    const told = JSON.parse(await edge.admin('/cluster')) as { nodes: unknown[] }
    assert.equal(told.nodes.length, world.all.length, 'it still knows the other nodes')
    await world.ps.start()
    await world.inSync()
    await until('its record is in the database', 30_000, async () => {
      const { items } = await world.ps.api((api) =>
        api.call('GET /api/v1/hits', { query: { range: '1h', limit: 50 } }),
      )
      return items.some((hit) => hit.node === edge.name && hit.uri.includes('/alone/'))
    })
    return {}
  },
}
