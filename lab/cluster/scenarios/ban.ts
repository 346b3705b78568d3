/** Twenty bans: how long from the call until every node refuses the address, and lets it in again. */
import assert from 'node:assert/strict'
import { until } from '../../world.ts'
import type { ClusterScenario } from '../scenario.ts'
import { demandBar, median } from '../scenario.ts'

const bar_ms = 300

export const ban: ClusterScenario = {
  name: 'ban',
  async run(world) {
    const took_ms: number[] = []
    for (let n = 1; n <= 20; n++) {
      const address = `198.51.100.${n}`
      const from = { 'x-forwarded-for': address }
      for (const node of world.all) assert.equal(await node.ask('/', from), 200)
      const start = performance.now()
      const added = world.ps.api((api) =>
        api.call('POST /api/v1/lists', { body: { kind: 'deny', network: address, ttl_s: 60 } }),
      )
      await Promise.all(
        world.all.map((node) =>
          until(
            `${node.name} refuses ${address}`,
            10_000,
            async () => {
              return (await node.ask('/', from)) === 403
            },
            5,
          ),
        ),
      )
      took_ms.push(performance.now() - start)
      const { id } = await added
      await world.ps.api((api) => api.call('DELETE /api/v1/lists/{id}', { params: { id } }))
      await Promise.all(
        world.all.map((node) =>
          until(
            `${node.name} lets ${address} in`,
            10_000,
            async () => {
              return (await node.ask('/', from)) === 200
            },
            5,
          ),
        ),
      )
    }
    const middle = median(took_ms)
    demandBar('a ban enforced on all nodes, median of 20, ms', middle, bar_ms)
    return {
      bans: took_ms.length,
      ban_enforced_ms_median: Math.round(middle),
      ban_enforced_ms_max: Math.round(Math.max(...took_ms)),
    }
  },
}
