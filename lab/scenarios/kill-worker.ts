/** A worker is killed under load: only its own connections break, it is replaced within a second, no hit is lost. */
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { everyBlockedAttackIsStoredOnce, honestRequestsWereAnswered } from '../invariants.ts'
import type { Scenario } from '../scenario.ts'
import { traffic } from '../traffic.ts'
import { until } from '../world.ts'

const kills = 4

export const killWorker: Scenario = {
  name: 'kill-worker',
  async run(world) {
    await world.start()
    const load = traffic({ port: world.port, clients: 8, attack_every: 10 })
    await delay(1000)
    const replaced_ms: number[] = []
    for (let i = 0; i < kills; i++) {
      const before = (await world.status()).workers
      const victim = before[i % before.length]
      assert.ok(victim)
      process.kill(victim.pid, 'SIGKILL')
      replaced_ms.push(
        await until('the worker is replaced', 10_000, async () => {
          const now = (await world.status()).workers
          return (
            now.filter((w) => w.state === 'ready').length >= 2 &&
            !now.some((w) => w.pid === victim.pid)
          )
        }),
      )
      await delay(700)
    }
    const outcomes = await load.stop()
    honestRequestsWereAnswered(outcomes)
    const broken = outcomes.filter((o) => o.status === undefined).length
    assert.ok(
      broken <= kills * 8,
      `${broken} requests broke: more than the killed workers had connections`,
    )
    const { stored } = await everyBlockedAttackIsStoredOnce(world, outcomes)
    const slowest_ms = Math.round(Math.max(...replaced_ms))
    return { requests: outcomes.length, broken, hits_stored: stored, replaced_ms_max: slowest_ms }
  },
}
