/** What the compile thread does, asked without a thread, on a small rule set. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { systemClock } from '#base/clock.ts'
import { recorded, smallSet } from '#parts/enforcement/enforcement.support.ts'
import { shopDocument } from './documents.support.ts'
import { workbench } from './workbench.ts'

const set = smallSet()
after(() => set[Symbol.dispose]())

test('a replay gives the thread back after its slice, and goes on with the rest', () => {
  let elapsed_ms = 0
  const clock = { ...systemClock, elapsed: () => (elapsed_ms += 8) }
  const bench = workbench({ kept_dir: '' }, clock)
  const { content } = bench.answer({ kind: 'load', files: set.files() })
  const requests = ['/', '/?q=union%20select', '/', '/?q=%3Cscript', '/'].map((uri) =>
    recorded(uri),
  )
  const levels: number[] = []
  let slices = 0
  for (; levels.length < requests.length && slices < 10; slices++) {
    const rest = requests.slice(levels.length)
    const answer = bench.answer({ kind: 'judge', recipes: [{ content }], requests: rest })
    for (const [outcome] of answer ?? []) {
      levels.push(outcome?.kind === 'judged' ? outcome.level : -1)
    }
  }
  assert.deepEqual(levels, [0, 2, 0, 2, 0])
  assert.equal(slices, 2)
})

test('a document that does not fit is told with its parts, also from another thread', () => {
  const bench = workbench({ kept_dir: '' }, systemClock)
  const read = bench.answer({ kind: 'read', document: { sites: 1, sitez: 2 } })
  assert.ok('parts' in read)
  assert.deepEqual([read.count, read.parts.map((part) => part.path)], [2, ['sites', 'sitez']])
  const document = shopDocument()
  assert.deepEqual(bench.answer({ kind: 'read', document }), { document })
})
