/** The whole program is killed under load and started again: every attack that was answered has its record, once. */
import { setTimeout as delay } from 'node:timers/promises'
import { everyBlockedAttackIsStoredOnce } from '../invariants.ts'
import type { Scenario } from '../scenario.ts'
import { traffic } from '../traffic.ts'

export const killEverything: Scenario = {
  name: 'kill-everything',
  async run(world) {
    await world.start()
    const load = traffic({ port: world.port, clients: 8, attack_every: 3 })
    for (let i = 0; i < 3; i++) {
      await delay(1500 + 300 * i)
      for (const pid of world.pids()) process.kill(pid, 'SIGKILL')
      await delay(200)
      await world.start()
    }
    await delay(500)
    const outcomes = await load.stop()
    const { stored, acknowledged } = await everyBlockedAttackIsStoredOnce(world, outcomes, 60_000)
    return { requests: outcomes.length, attacks_answered: acknowledged, hits_stored: stored }
  },
}
