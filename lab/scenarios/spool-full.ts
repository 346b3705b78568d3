/**
 * The disk of the spool is full while analytics is away: traffic flows and is blocked as before, what could not be kept
 * is counted and told, and when there is room again records are kept again.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { honestRequestsWereAnswered, noRequestWasLost } from '../invariants.ts'
import type { Scenario } from '../scenario.ts'
import { traffic } from '../traffic.ts'
import { until } from '../world.ts'

export const spoolFull: Scenario = {
  name: 'spool-full',
  async prepare() {
    const state_dir = mkdtempSync(join(tmpdir(), 'gatehouse-lab-spool-'))
    const spool = join(state_dir, 'spool')
    mkdirSync(spool)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', spool])
    return {
      // Nothing listens where records should go until the disk has filled.
      options: { state_dir, env: { DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' } },
      async [Symbol.asyncDispose]() {
        execFileSync('umount', ['-l', spool])
        rmSync(state_dir, { recursive: true, force: true })
      },
    }
  },
  async run(world) {
    await world.start()
    const load = traffic({ port: world.port, clients: 4, attack_every: 2 })
    const full_after_ms = await until(
      'records are counted as lost',
      60_000,
      async () => (await world.status()).lost > 0,
    )
    await delay(500)
    const outcomes = await load.stop()
    noRequestWasLost(outcomes)
    honestRequestsWereAnswered(outcomes)
    const attacks = outcomes.filter((o) => o.kind === 'attack')
    assert.ok(
      attacks.every((o) => o.status === 403),
      'attacks are blocked also when nothing can be recorded',
    )
    const { lost, deferred } = await world.status()
    assert.ok(deferred > 0, 'what fitted waits')
    execFileSync('mount', ['-o', 'remount,size=64m', join(world.state_dir, 'spool')])
    const more = traffic({ port: world.port, clients: 1, attack_every: 1, pause_ms: 20 })
    await until(
      'records are kept again',
      10_000,
      async () => (await world.status()).deferred > deferred,
    )
    noRequestWasLost(await more.stop())
    writeFileSync(join(world.dir, 'done'), '')
    return {
      requests: outcomes.length,
      records_lost: lost,
      full_after_ms_max: Math.round(full_after_ms),
    }
  },
}
