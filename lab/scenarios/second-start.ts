/** Gatehouse is started a second time on the same state: the second says so and ends, the first loses nothing. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  everyBlockedAttackIsStoredOnce,
  honestRequestsWereAnswered,
  noRequestWasLost,
} from '../invariants.ts'
import type { Scenario } from '../scenario.ts'
import { traffic } from '../traffic.ts'

export const secondStart: Scenario = {
  name: 'second-start',
  async run(world) {
    await world.start()
    const load = traffic({ port: world.port, clients: 4, attack_every: 3 })
    await delay(1000)
    const main = join(import.meta.dirname, '../../bin/gatehouse')
    const second = spawnSync(main, ['run', '--settings', world.file], {
      encoding: 'utf8',
      timeout: 30_000,
    })
    assert.equal(second.status, 6, second.stderr)
    assert.match(second.stderr, /Cannot start on .*: process \d+ is running on it/)
    assert.ok(
      existsSync(join(world.state_dir, 'gatehouse.pid')),
      'the pid file of the first is still there',
    )
    await delay(1000)
    const outcomes = await load.stop()
    noRequestWasLost(outcomes)
    honestRequestsWereAnswered(outcomes)
    const { stored } = await everyBlockedAttackIsStoredOnce(world, outcomes)
    assert.equal((await world.status()).lost, 0)
    return { requests: outcomes.length, hits_stored: stored }
  },
}
