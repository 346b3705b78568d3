import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  rawExchange,
  startTestEdge,
  startUpstream,
  type TestEdge,
  type TestUpstream,
} from '#services/edge/edge.fixture.ts'
import { caseFiles, type HttpCase, loadCases } from './cases.ts'

let upstream: TestUpstream
let edge: TestEdge
let stack: AsyncDisposableStack
before(async () => {
  stack = new AsyncDisposableStack()
  upstream = stack.use(await startUpstream())
  edge = stack.use(await startTestEdge({ upstreams: [upstream.url] }))
})
after(() => stack.disposeAsync())

/** What did not go as the case says. */
async function complaintsOf(one: HttpCase): Promise<string[]> {
  const seen_before = upstream.seen.length
  const answer = await rawExchange(edge.port, one.send, 1500)
  const seen = upstream.seen.slice(seen_before)
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1])
  const out: string[] = []
  if (status !== one.status) out.push(`status ${status}, not ${one.status}`)
  if (seen.length !== one.upstream_sees) out.push(`upstream saw ${seen.length}`)
  if (seen.some((request) => request.url.includes('smuggled'))) out.push('smuggled')
  if (!/\r\nx-request-id: [0-9a-f-]{36}\r\n/i.test(answer)) out.push('no request id')
  if (status >= 400 && !/\r\nconnection: close\r\n/i.test(answer)) out.push('not closed')
  return out
}

let total = 0
for (const file of caseFiles) {
  const cases = loadCases(file)
  total += cases.length
  test(`framing and smuggling over a real socket: ${file}`, async (t) => {
    const failed: string[] = []
    for (const one of cases) {
      const complaints = await complaintsOf(one)
      if (complaints.length > 0) failed.push(`${one.name}: ${complaints.join(', ')}`)
    }
    t.diagnostic(`${cases.length} cases`)
    assert.deepEqual(failed, [])
  })
}

test('no case went missing', () => assert.equal(total, 146))

test('what was refused is counted, and recorded as a protocol violation within bounds', () => {
  const { sites, unrecorded } = edge.report()
  const abnormal = Object.values(sites).reduce((sum, counters) => sum + counters.abnormal, 0)
  const hits = edge.hits().filter((hit) => hit.action === 'refused')
  assert.ok(hits.length > 0)
  assert.ok(hits.every((hit) => hit.attack_type === 'protocol'))
  assert.equal(hits.length + unrecorded, abnormal)
})
