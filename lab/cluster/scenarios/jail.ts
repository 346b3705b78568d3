/**
 * A client that attacks one edge five times is denied by a jail on every node: how long from its last attack until the
 * slowest node refuses it. Afterwards the system log tells of all nodes, in one list.
 */
import assert from 'node:assert/strict'
import { until } from '../../world.ts'
import { type ClusterScenario, demandBar } from '../scenario.ts'
import { withProbe } from '../world.ts'

const client = '198.51.100.77'
/** Hits come by way of the spool, which is delivered every second. */
const bar_ms = 5_000

export const jail: ClusterScenario = {
  name: 'jail',
  async run(world) {
    const [edge] = world.edges
    await world.commit('a jail', (policy) => ({
      ...withProbe(policy, 'attack'),
      jails: [{ name: 'lab', maxretry: 5, findtime: '10m', bantime: '10m' }],
    }))
    await world.inSync()
    const from = { 'x-forwarded-for': client }
    for (const node of world.all) assert.equal(await node.ask('/', from), 200)
    for (let n = 0; n < 5; n++) {
      assert.equal(await edge.ask('/', { ...from, 'x-probe': 'attack' }), 403)
    }
    const start = performance.now()
    await Promise.all(
      world.all.map((node) =>
        until(
          `${node.name} refuses ${client}`,
          30_000,
          async () => (await node.ask('/', from)) === 403,
          10,
        ),
      ),
    )
    const took_ms = performance.now() - start
    const { items } = await world.ps.api((api) =>
      api.call('GET /api/v1/lists', { query: { q: client } }),
    )
    const [entry] = items
    assert.equal(items.length, 1)
    assert.equal(entry?.origin, 'jail:lab')
    assert.match(entry?.reason ?? '', new RegExp(`told by ${edge.name}$`))
    await until('the system log tells of all nodes', 15_000, async () => {
      const log = await world.ps.api((api) =>
        api.call('GET /api/v1/events', { query: { limit: 200 } }),
      )
      const told = new Set(log.items.map((event) => event.node))
      return (
        world.all.every((node) => told.has(node.name)) &&
        log.items.some((event) => event.name === 'jail.banned')
      )
    })
    await world.ps.api((api) =>
      api.call('DELETE /api/v1/lists/{id}', { params: { id: entry?.id ?? '' } }),
    )
    await world.commit('no jail', (policy) => ({ ...policy, jails: [] }))
    await world.inSync()
    await until(`${client} is let in`, 10_000, async () => {
      const answers = await Promise.all(world.all.map((node) => node.ask('/', from)))
      return answers.every((status) => status === 200)
    })
    demandBar('a jail enforced on all nodes, ms', took_ms, bar_ms)
    return { jail_enforced_ms: Math.round(took_ms) }
  },
}
