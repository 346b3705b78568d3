/** Sites and rules are reloaded under load: no request is lost, and the new mode is in force. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { honestRequestsWereAnswered, noRequestWasLost } from '../invariants.ts'
import type { Scenario } from '../scenario.ts'
import { traffic } from '../traffic.ts'
import { until } from '../world.ts'

export const reload: Scenario = {
  name: 'reload',
  async run(world) {
    await world.start()
    await until(
      'the settings file is committed',
      30_000,
      async () => (await world.status()).revision > 0,
    )
    const load = traffic({ port: world.port, clients: 8, attack_every: 0 })
    await delay(500)
    const text = readFileSync(world.file, 'utf8')
    const took_ms: number[] = []
    for (const mode of ['monitor', 'block', 'monitor', 'block']) {
      const { bundle } = await world.status()
      writeFileSync(world.file, text.replace('mode: block', `mode: ${mode}`))
      world.signal('SIGHUP')
      took_ms.push(
        await until(
          'the new bundle is in force',
          20_000,
          async () => (await world.status()).bundle !== bundle,
        ),
      )
      await delay(300)
    }
    writeFileSync(world.file, 'sites: [nonsense')
    world.signal('SIGHUP')
    await delay(1000)
    const outcomes = await load.stop()
    noRequestWasLost(outcomes)
    honestRequestsWereAnswered(outcomes)
    assert.ok((await world.status()).bundle !== '', 'a broken file leaves the old bundle in force')
    return { requests: outcomes.length, lost: 0, reload_ms_max: Math.round(Math.max(...took_ms)) }
  },
}
