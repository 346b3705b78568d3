import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { systemClock } from '#base/clock.ts'
import { silentLog } from '#base/log.ts'
import { prometheusMetrics } from '#base/metrics.ts'
import type { FilePolicy } from '../policy.ts'
import { Settings } from '../settings.ts'
import { officeChild } from './office-child.ts'

const dir = mkdtempSync(join(tmpdir(), 'office-child-'))
after(() => rmSync(dir, { recursive: true, force: true }))

/** An office that answers the first file only when the second has come. */
const main = join(dir, 'main.mjs')
writeFileSync(
  main,
  `const asked = []
  process.on('message', (message) => {
    if (message.kind === 'stop') process.exit()
    if (message.kind === 'start') process.send({ kind: 'ready', url: '' })
    if (message.kind !== 'file_policy') return
    asked.push(message.id)
    if (asked.length < 2) return
    asked.forEach((id, at) =>
      process.send({ kind: 'file_policy_done', id, revision: at + 1, is_changed: true }))
  })`,
)

test('the answer to a file that was read before is not taken for that to the newest', async () => {
  const world = {
    clock: systemClock,
    log: silentLog,
    metrics: prometheusMetrics(),
    stop: new AbortController().signal,
  }
  await using office = officeChild(main, Settings.parse({ state_dir: dir }), '1', () => {}, world)
  await office.ready
  const policy = {} as FilePolicy
  const before = assert.rejects(office.commitFile(policy), { code: 'supervisor.office_away' })
  const newest = office.commitFile(policy)
  await before
  assert.deepEqual(await newest, { revision: 2, is_changed: true })
})
