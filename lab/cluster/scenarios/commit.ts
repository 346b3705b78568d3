/** Twenty commits, each a new rule: how long from the call until every node enforces it. */
import assert from 'node:assert/strict'
import { until } from '../../world.ts'
import type { ClusterScenario } from '../scenario.ts'
import { demandBar, median } from '../scenario.ts'
import { withProbe } from '../world.ts'

const bar_ms = 1000

export const commit: ClusterScenario = {
  name: 'commit',
  async run(world) {
    const took_ms: number[] = []
    for (let n = 1; n <= 20; n++) {
      const word = `commit-${n}`
      const start = performance.now()
      const committed = world.commit(`probe ${n}`, (policy) => withProbe(policy, word))
      const enforced = await Promise.all(
        world.all.map((node) =>
          until(
            `${node.name} enforces ${word}`,
            20_000,
            async () => {
              return (await node.ask('/', { 'x-probe': word })) === 403
            },
            5,
          ),
        ),
      )
      took_ms.push(performance.now() - start)
      assert.equal(enforced.length, world.all.length)
      await committed
      await world.inSync()
    }
    const middle = median(took_ms)
    demandBar('a commit enforced on all nodes, median of 20, ms', middle, bar_ms)
    return {
      commits: took_ms.length,
      commit_enforced_ms_median: Math.round(middle),
      commit_enforced_ms_max: Math.round(Math.max(...took_ms)),
    }
  },
}
