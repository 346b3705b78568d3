/** Analytics, API and console are killed again and again under load: traffic does not notice, no hit is lost or doubled. */
import { setTimeout as delay } from 'node:timers/promises'
import {
  everyBlockedAttackIsStoredOnce,
  honestRequestsWereAnswered,
  noRequestWasLost,
} from '../invariants.ts'
import type { Scenario } from '../scenario.ts'
import { traffic } from '../traffic.ts'
import { until } from '../world.ts'

export const killOffice: Scenario = {
  name: 'kill-office',
  async run(world) {
    await world.start()
    const load = traffic({ port: world.port, clients: 4, attack_every: 4, pause_ms: 5 })
    for (let i = 0; i < 4; i++) {
      await delay(1500 + 400 * i)
      const workers = new Set((await world.status()).workers.map((w) => w.pid))
      const office = world
        .pids()
        .slice(1)
        .find((pid) => !workers.has(pid))
      if (office) process.kill(office, 'SIGKILL')
    }
    const outcomes = await load.stop()
    noRequestWasLost(outcomes)
    honestRequestsWereAnswered(outcomes)
    await until('the API is back', 60_000, async () => (await world.storedHits()).size >= 0)
    const { stored } = await everyBlockedAttackIsStoredOnce(world, outcomes, 60_000)
    return { requests: outcomes.length, hits_stored: stored }
  },
}
