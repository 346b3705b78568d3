import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testClock } from '#base/clock.ts'
import { Fault } from '#base/fault.ts'
import type { FromWorker, PolicyFacts, PolicyRef, ToWorker } from './messages.ts'
import { type Member, swap } from './swap.ts'

const one: PolicyRef = { kind: 'boot', id: 'one' }
const two: PolicyRef = { kind: 'shelf', id: 'two' }
const facts: PolicyFacts = { bundle: '2-two', revision: 2, rule_set: 'r', rules: 1 }

type Answer = (message: ToWorker) => FromWorker | 'die' | undefined

/** A worker that answers at once, unless told otherwise. */
const obedient: Answer = (message) =>
  message.kind === 'prepare'
    ? { kind: 'prepared', id: message.policy.id }
    : message.kind === 'activate'
      ? { kind: 'activated', id: message.policy.id, facts }
      : undefined

function world(first: PolicyRef | null = one) {
  const clock = testClock()
  const policies = swap(clock, first)
  return {
    clock,
    policies,
    worker(index: number, answer: Answer = obedient, is_awaited = true) {
      const seen: string[] = []
      const member: Member = {
        index,
        is_awaited: () => is_awaited,
        send(message) {
          seen.push(message.kind)
          queueMicrotask(() => {
            const said = answer(message)
            if (said === 'die') policies.leave(member)
            else if (said !== undefined) policies.hear(member, said)
          })
        },
        kill() {
          seen.push('killed')
          policies.leave(member)
        },
      }
      policies.join(member)
      return { member, seen }
    },
  }
}

const codeOf = (error: unknown): string => (error instanceof Fault ? error.code : String(error))

test('all prepare before any activates', async () => {
  const { policies, worker } = world()
  const workers = [worker(0), worker(1)]
  const told: string[] = []
  policies.onActivated(({ bundle }) => told.push(bundle))
  await policies.prepare(two)
  assert.deepEqual(policies.current, one)
  for (const { seen } of workers) assert.deepEqual(seen, ['prepare'])
  await policies.activate(two)
  assert.deepEqual(policies.current, two)
  for (const { seen } of workers) assert.deepEqual(seen, ['prepare', 'activate'])
  assert.deepEqual(told, ['2-two', '2-two'])
})

test('one refusal keeps the old policy everywhere, and tells the reason of the worker', async () => {
  const { policies, worker } = world()
  const good = worker(0)
  worker(1, (message) =>
    message.kind === 'prepare'
      ? { kind: 'refused', id: 'two', code: 'waf.unknown_operator', message: 'Cannot …' }
      : undefined,
  )
  await assert.rejects(
    policies.prepare(two),
    (error) => codeOf(error) === 'waf.unknown_operator' && (error as Fault).message === 'Cannot …',
  )
  assert.deepEqual(policies.current, one)
  assert.deepEqual(good.seen, ['prepare'])
})

test('a worker that says nothing, or workers that all die over it, keep the old policy', async () => {
  const { clock, policies, worker } = world()
  const silent = worker(0, () => undefined)
  const asked = policies.prepare(two)
  const refused = assert.rejects(asked, (error) => codeOf(error) === 'supervisor.worker_slow')
  await clock.advance(20_000)
  await refused
  policies.leave(silent.member)
  const deadly = [worker(1, () => 'die'), worker(2, () => 'die')]
  await assert.rejects(policies.prepare(two), (error) => codeOf(error) === 'supervisor.worker_lost')
  assert.deepEqual(policies.current, one)
  for (const { seen } of deadly) assert.deepEqual(seen, ['prepare'])
})

test('workers that die one after the other, with nobody in their places yet, end the question', async () => {
  const { policies, worker } = world()
  const first = worker(0)
  worker(1, (message) => {
    if (message.kind !== 'prepare') return undefined
    policies.leave(first.member)
    return 'die'
  })
  await assert.rejects(policies.prepare(two), (error) => codeOf(error) === 'supervisor.worker_lost')
  assert.deepEqual(policies.current, one)
})

test('the successor of a worker that dies over it makes it ready from the start', async () => {
  const { policies, worker } = world()
  const good = worker(0)
  const successors: ReturnType<typeof worker>[] = []
  const mortal = worker(1, (message) => {
    if (message.kind !== 'prepare') return undefined
    policies.leave(mortal.member)
    successors.push(worker(1))
    return undefined
  })
  await policies.prepare(two)
  assert.deepEqual(successors[0]?.seen, ['prepare'])
  await policies.activate(two)
  assert.deepEqual(successors[0]?.seen, ['prepare', 'activate'])
  assert.deepEqual(good.seen, ['prepare', 'activate'])
})

test('one that kills every successor is refused after a few of them', async () => {
  const { policies, worker } = world()
  worker(0)
  let deaths = 0
  const add = (): void => {
    const mortal = worker(1, () => {
      deaths++
      policies.leave(mortal.member)
      add()
      return undefined
    })
  }
  add()
  await assert.rejects(policies.prepare(two), (error) => codeOf(error) === 'supervisor.worker_lost')
  assert.equal(deaths, 4)
  assert.deepEqual(policies.current, one)
})

test('a worker that starts between the phases follows; one that does not follow is ended', async () => {
  const { clock, policies, worker } = world()
  worker(0)
  await policies.prepare(two)
  const late = worker(1)
  const stuck = worker(2, () => undefined)
  const done = policies.activate(two)
  await clock.advance(20_000)
  await done
  assert.deepEqual(late.seen, ['activate'])
  assert.deepEqual(stuck.seen, ['activate', 'killed'])
  const fresh = worker(3)
  await policies.activate(two)
  assert.deepEqual(fresh.seen, [], 'it began with what counts')
})

test('a worker that is about to end is told and not waited for', async () => {
  const { policies, worker } = world()
  const leaving = worker(0, () => undefined, false)
  await policies.prepare(two)
  await policies.activate(two)
  assert.deepEqual(leaving.seen, ['activate'])
})

test('without workers a policy counts all the same', async () => {
  const { policies } = world(null)
  await policies.prepare(two)
  await policies.activate(two)
  assert.deepEqual(policies.current, two)
})
