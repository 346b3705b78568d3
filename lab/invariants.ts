/** What must hold whatever breaks. Each throws with what is wrong. */
import assert from 'node:assert/strict'
import type { Outcome } from './traffic.ts'
import { type LabWorld, until } from './world.ts'

/** Every attack whose block page reached the client is stored once; nothing is stored twice. */
export async function everyBlockedAttackIsStoredOnce(
  world: LabWorld,
  outcomes: readonly Outcome[],
  patience_ms = 30_000,
): Promise<{ readonly stored: number; readonly acknowledged: number }> {
  const acknowledged = outcomes
    .filter((o) => o.kind === 'attack' && o.status === 403)
    .map((o) => o.request_id ?? '')
  assert.ok(acknowledged.length > 0, 'no attack was blocked: nothing was tested')
  let stored = new Map<string, number>()
  let missing: string[] = []
  await until('all blocked attacks are stored', patience_ms, async () => {
    stored = await world.storedHits()
    const ids = new Set([...stored.keys()].map((key) => key.slice(0, 36)))
    missing = acknowledged.filter((id) => !ids.has(id))
    return missing.length === 0
  }).catch((error: unknown) => {
    assert.fail(
      `${missing.length} of ${acknowledged.length} blocked attacks are not stored, such as ${missing[0]} (${error})`,
    )
  })
  const doubled = [...stored].filter(([, count]) => count > 1)
  assert.deepEqual(doubled, [], `${doubled.length} hits are stored twice`)
  return { stored: stored.size, acknowledged: acknowledged.length }
}

/** No honest request was refused or answered with an error; broken connections are counted by the caller. */
export function honestRequestsWereAnswered(outcomes: readonly Outcome[]): number {
  const honest = outcomes.filter((o) => o.kind === 'honest')
  assert.ok(honest.length > 0, 'no honest request was sent: nothing was tested')
  const wrong = honest.filter((o) => o.status !== undefined && o.status !== 200)
  assert.deepEqual(
    wrong.slice(0, 3),
    [],
    `${wrong.length} honest requests got something else than 200`,
  )
  return honest.length
}

/** Every request got an answer. */
export function noRequestWasLost(outcomes: readonly Outcome[]): void {
  const lost = outcomes.filter((o) => o.status === undefined)
  assert.deepEqual(
    lost.slice(0, 3),
    [],
    `${lost.length} of ${outcomes.length} requests got no answer`,
  )
}
