/**
 * What a node with long lists does for one more ban, from the line to `onLists`, and for all that is in force in parts.
 * Run: node src/services/agent/lists.bench.ts
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testCluster, testEntry } from '#parts/bundle/bundle.support.ts'
import { openShelf } from '#parts/bundle/shelf.ts'
import { readMessage } from './wire/message.ts'

const entries_count = 100_000
const page = 2_000
const bans = 200

const dir = mkdtempSync(join(tmpdir(), 'gatehouse-lists-bench-'))
const cluster = testCluster()
const shelf = openShelf(dir, () => cluster.trust)
const signing: number[] = []
const parts: number[] = []
const single: number[] = []

function lineOf(head: Parameters<typeof cluster.lists>[0]): Buffer {
  const began = performance.now()
  const text = JSON.stringify({ kind: 'lists', lists: cluster.lists(head) })
  signing.push(performance.now() - began)
  return Buffer.from(text)
}

function take(line: Buffer, times: number[]): void {
  const began = performance.now()
  const message = readMessage(line, 'bench', cluster.trust)
  if (message.kind !== 'lists') throw new Error('not lists')
  // The disk is written after the workers were told.
  let told_ms = 0
  shelf.saveLists(message.lists, () => {
    shelf.lists()
    told_ms = performance.now() - began
  })
  times.push(times === single ? told_ms : performance.now() - began)
}

for (let at = 0; at < entries_count; at += page) {
  const entries = Array.from({ length: page }, (_, i) => testEntry(at + i))
  const more = at + page < entries_count ? { more: true as const } : {}
  const since = at === 0 ? null : 1
  take(lineOf({ revision: 1, since, entries, ...more }), parts)
}
const [signed, taken] = [[...signing], [...parts]]
for (let i = 0; i < bans; i++) {
  const entries = [testEntry(entries_count + i)]
  take(lineOf({ revision: i + 2, since: i + 1, entries }), single)
}
rmSync(dir, { recursive: true })

const of = (values: number[], share: number) =>
  (values.sort((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? 0).toFixed(1)
console.log(
  `${entries_count} entries in ${taken.length} parts: a part is signed in ${of(signed, 0.5)} ms (most ${of(signed, 1)}), ` +
    `taken in ${of(taken, 0.5)} ms (most ${of(taken, 1)}); ` +
    `one more ban is with onLists after ${of(single, 0.5)} ms (most ${of(single, 1)})`,
)
