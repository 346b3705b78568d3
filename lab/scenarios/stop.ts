/** SIGTERM under load: what is under way is answered, then the program ends with 0 and leaves no process behind. */
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { everyBlockedAttackIsStoredOnce } from '../invariants.ts'
import type { Scenario } from '../scenario.ts'
import { traffic } from '../traffic.ts'

export const stop: Scenario = {
  name: 'stop',
  async run(world) {
    await world.start()
    const load = traffic({ port: world.port, clients: 8, attack_every: 4 })
    await delay(1000)
    const pids = world.pids()
    const stopping = world.stop()
    await delay(100)
    const code = await stopping
    const outcomes = await load.stop()
    assert.equal(code, 0, 'exit code of a stop')
    const refused = /ECONNREFUSED|ECONNRESET|socket hang up/
    const cut = outcomes.filter((o) => o.status === undefined && !refused.test(o.error ?? ''))
    assert.deepEqual(cut, [], 'requests ended otherwise than by a refused connection')
    for (const pid of pids)
      assert.throws(() => process.kill(pid, 0), `process ${pid} is still there`)
    await world.start()
    const { stored } = await everyBlockedAttackIsStoredOnce(world, outcomes)
    return { requests: outcomes.length, hits_stored: stored }
  },
}
