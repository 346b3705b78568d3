import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { pauseOf, servers } from './servers.ts'
import { linesOf } from './wire/lines.ts'

async function* inPieces(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Buffer> {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length]
  places.sort((a, b) => a - b)
  for (const [i, place] of places.entries()) yield bytes.subarray(place, places[i + 1])
}

test('lines are the same however the bytes arrive', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: fc.constantFrom('a', 'ü', '{') }), { maxLength: 8 }),
      fc.array(fc.nat(200), { maxLength: 8 }),
      async (words, cuts) => {
        const bytes = Buffer.from(words.map((word) => `${word}\n`).join(''))
        const seen: string[] = []
        for await (const line of linesOf(inPieces(bytes, cuts), 'x')) seen.push(String(line))
        assert.deepEqual(
          seen,
          words.filter((word) => word !== ''),
        )
      },
    ),
    { numRuns: 50 },
  )
})

test('a line without end is given up long before memory is', async () => {
  let sent = 0
  async function* endless(): AsyncGenerator<Buffer> {
    for (const chunk = Buffer.alloc(1024 ** 2, 'x'); ; sent++) yield chunk
  }
  const read = async () => {
    for await (const line of linesOf(endless(), 'gate-1:12346')) assert.fail(String(line.length))
  }
  await assert.rejects(read, { code: 'agent.malformed' })
  assert.ok(sent <= 33)
})

test('policy servers are tried in order: our own, the last good one, what was told, what the join told', () => {
  const known = servers(() => ['join:1', 'told:2'], 'own:1')
  known.learn({ policy_servers: ['told:1', 'told:2', 'no address', 'path/x:1'], analytics: [] })
  assert.deepEqual(known.round(0), ['own:1', 'told:1', 'told:2', 'join:1'])
  known.good('told:2')
  assert.deepEqual(known.round(0), ['own:1', 'told:2', 'told:1', 'join:1'])
  known.refused('own:1', 1_000)
  assert.equal(known.round(30_999)[0], 'told:2')
  assert.equal(known.round(31_000)[0], 'own:1')
  known.learn({ policy_servers: Array.from({ length: 99 }, (_, i) => `x:${i}`), analytics: [] })
  assert.ok(known.round(40_000).length <= 16)
})

test('pauses grow from 0.2 s to 5 s and are never the same for all', () => {
  assert.deepEqual([pauseOf(0, 0), pauseOf(0, 1)], [100, 200])
  assert.deepEqual([pauseOf(3, 0), pauseOf(3, 1)], [800, 1600])
  assert.deepEqual([pauseOf(1e9, 0), pauseOf(1e9, 1)], [2500, 5000])
})
