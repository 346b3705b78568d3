import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testClock } from '#base/clock.ts'
import type { RolloutView } from '#model/draft.ts'
import { apiClient } from '#parts/client/client.ts'
import { clientFaults } from '#parts/client/faults.ts'
import type { Output } from './output.ts'
import { rolloutLine, waitForRollout } from './rollout.ts'

const at = '2026-11-20T12:00:00.000Z'

function view(revision: number, state: RolloutView['state'], applied: number): RolloutView {
  const nodes = ['a', 'b', 'c'].map((name, i) => ({
    ...{ name, took_ms: null, message: '' },
    state: i < applied ? ('applied' as const) : ('offered' as const),
  }))
  const ended_at = state === 'running' ? null : '2026-11-20T12:00:00.412Z'
  const wave = {
    name: 'all nodes',
    state: state === 'running' ? 'running' : 'done',
    nodes,
  } as const
  return {
    revision,
    bundle: `${revision}-0`,
    state,
    why: 'because',
    started_at: at,
    ended_at,
    waves: [wave],
  }
}

/** Waits for revision 12 while the API answers these, one a call; the last one for ever. */
function waiting(
  views: readonly (RolloutView | null | 'away')[],
  timeout_ms = 60_000,
  history: { state: RolloutView['state']; message: string } = { state: 'superseded', message: '' },
) {
  const clock = testClock()
  const left = [...views]
  const notes: string[] = []
  const answer = (data: unknown) => ({
    ...{ status: 200, media: 'application/json' },
    text: JSON.stringify(data),
  })
  const api = apiClient(async ({ path }) => {
    const { state, message } = history
    if (path.endsWith('/commits/12')) return answer({ revision: 12, rollout: state })
    if (path.includes('/commits?'))
      return answer({ items: [{ revision: 13, author: 'gatehouse', message }] })
    const rollout = left.length > 1 ? left.shift() : left[0]
    if (rollout === 'away') throw clientFaults.unreachable({ server: 's', reason: 'refused' })
    return answer({ rollout })
  })
  const output = { note: (text: string) => void notes.push(text) } as unknown as Output
  const done = waitForRollout(api, 12, output, { timeout_ms, clock })
  done.catch(() => {})
  const turn = async (): Promise<void> => {
    for (let i = 0; i < 200; i++) {
      await new Promise(setImmediate)
      await clock.advance(1000)
    }
  }
  return { done, notes, turn }
}

test('waiting ends when the roll-out does, and tells each state of a wave once', async () => {
  const { done, notes, turn } = waiting([
    null,
    view(11, 'done', 3),
    view(12, 'running', 1),
    view(12, 'running', 2),
    view(12, 'done', 3),
  ])
  await turn()
  const found = await done
  assert.deepEqual(notes, ['  all nodes: running, 1 of 3 nodes', '  all nodes: done, 3 of 3 nodes'])
  assert.equal(found && rolloutLine(found), 'on 3 of 3 nodes after 412 ms')
})

for (const state of ['stopped', 'rolled_back'] as const) {
  test(`a roll-out that was ${state} is a failure with its reason`, async () => {
    const { done, turn } = waiting([view(12, 'running', 0), view(12, state, 1)])
    await turn()
    await assert.rejects(done, { code: 'cli.stopped', message: /because/ })
  })
}

test('a newer revision takes its place', async () => {
  const { done, notes, turn } = waiting([view(13, 'running', 0)])
  await turn()
  assert.equal(await done, undefined)
  assert.match(notes.join(), /Revision 13 came after it/)
})

test('a revision that Gatehouse itself took back is a failure, also when its roll-back is over already', async () => {
  const message = 'Rolled back revision 12: 90 % of 20 requests blocked, 1 % before'
  const { done, turn } = waiting([view(12, 'running', 1), view(13, 'done', 3)], 60_000, {
    ...{ state: 'rolled_back', message },
  })
  await turn()
  await assert.rejects(done, { code: 'cli.stopped', message: /rolled back: 90 % of 20 requests/ })
})

test('a policy server that starts anew meanwhile does not end the wait, one that stays away does', async () => {
  const short = waiting([view(12, 'running', 1), 'away', 'away', view(12, 'done', 3)])
  await short.turn()
  assert.equal((await short.done)?.state, 'done')
  const long = waiting([view(12, 'running', 1), 'away'])
  await long.turn()
  await assert.rejects(long.done, { code: 'client.unreachable' })
})

test('waiting has an end, and says that the roll-out goes on', async () => {
  const { done, turn } = waiting([view(12, 'running', 1)], 30_000)
  await turn()
  await assert.rejects(done, { code: 'cli.still_going', message: /still runs: because/ })
})
