import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { testWorld } from '../policy.support.ts'
import { compiler } from './compiler.ts'
import type { Question } from './workbench.ts'

const nothing: Question & { kind: 'judge' } = { kind: 'judge', recipes: [], requests: [] }
const check = (document: unknown) => ({ kind: 'check', document, files: false }) as const

/** One for all tests: each further thread takes a third of a second to start. */
const world = testWorld()
const asked = compiler('/nowhere', world)
after(() => asked[Symbol.asyncDispose]())

test('a question at a time, few wait, and whoever comes too many is told to come again', async () => {
  const all = await Promise.allSettled(Array.from({ length: 7 }, () => asked.ask(nothing)))
  const codes = all.map((one) => (one.status === 'fulfilled' ? '' : one.reason.code))
  assert.deepEqual(codes, ['', '', '', '', '', 'policy.busy', 'policy.busy'])
  assert.deepEqual(await asked.ask(nothing), [])
})

test('a commit comes before all that wait, and is not sent away with them', async () => {
  const order: string[] = []
  const told = (name: string, asking?: 'first') =>
    asked.ask(nothing, asking).then(
      () => order.push(name),
      () => order.push(`${name} refused`),
    )
  await Promise.all([
    ...['now', 'a', 'b', 'c', 'd', 'e'].map((name) => told(name)),
    ...['commit', 'roll-back'].map((name) => told(name, 'first')),
  ])
  assert.deepEqual(order, ['e refused', 'now', 'commit', 'roll-back', 'a', 'b', 'c', 'd'])
})

test('a thread that dies is replaced, and whoever asked is told', async () => {
  // No question of ours: the thread does not know what to do with it, which is a bug.
  const odd = { kind: 'odd' } as unknown as Question & { kind: 'judge' }
  await assert.rejects(asked.ask(odd), { code: 'policy.compiler_died' })
  assert.match(world.lines.join(''), /policy\.compiler_died/)
  const { result } = await asked.ask(check({ sites: 1 }))
  assert.deepEqual([result.is_good, result.findings[0]?.path], [false, 'sites'])
})

test('a policy that nobody loaded is not known, and one that does not compile tells why', async () => {
  assert.equal(await asked.ask({ ...nothing, recipes: [{ content: 'x' }] }), undefined)
  const files = new Map([['policy.json', Buffer.from('{}')]])
  await assert.rejects(asked.ask({ kind: 'load', files }), { code: 'enforcement.missing_file' })
  await asked[Symbol.asyncDispose]()
  await assert.rejects(asked.ask(nothing), { code: 'policy.compiler_died' })
})
