/**
 * How long a ban takes to the line of a node while another one is told all of a long list, and for how long the notifier
 * is busy with it at a time. Run: node src/services/notifier/lists.bench.ts
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { uuidv7 } from '#base/id.ts'
import type { ListEntry } from '#model/ip-list.ts'
import { addEntry, replaceFileEntries } from '#parts/records/ip-lists.ts'
import { listsRevision } from '#parts/records/lists-revision.ts'
import { testAgent, testCluster } from './notifier.support.ts'

const entries_count = 100_000
const at = new Date().toISOString()

function entryOf(n: number): ListEntry {
  const network = `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`
  const about = { site: '', reason: 'bench', created_by: 'vera', created_at: at, expires_at: null }
  return { id: uuidv7(Date.now()), kind: 'deny', network, origin: 'file', ...about }
}

await using cluster = await testCluster()
const { database, notifier } = cluster
const entries = Array.from({ length: entries_count }, (_, n) => entryOf(n))
await replaceFileEntries(database, entries, { by: 'vera', at })
const lists_revision = await listsRevision(database)
const [first, second] = [await cluster.joinNode('edge-1'), await cluster.joinNode('edge-2')]
await using known = await testAgent(notifier.address, first, { lists_revision })
await known.next('welcome')
const delay = monitorEventLoopDelay({ resolution: 5 })
delay.enable()
const began = performance.now()
await using fresh = await testAgent(notifier.address, second)
const bans: number[] = []
let parts = 0
const all = (async () => {
  do parts += 1
  while ((await fresh.next('lists')).lists.head.more)
  return performance.now() - began
})()
for (let i = 0; i < 5; i++) {
  await addEntry(database, { ...entryOf(entries_count + i), origin: 'operator' })
  const told = performance.now()
  notifier.onListsChanged()
  await known.next('lists')
  bans.push(performance.now() - told)
  await sleep(50)
}
const took_ms = await all
delay.disable()
console.log(
  `${entries_count} entries in ${parts} parts within ${took_ms.toFixed(0)} ms; meanwhile a ban is on the line of another ` +
    `node after ${bans.map((ms) => ms.toFixed(0)).join(', ')} ms; busy at most ${(delay.max / 1e6).toFixed(0)} ms at a time`,
)
