import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { testClock } from '#base/clock.ts'
import { delivery } from './keeper/delivery.ts'

/** An analytics node that can go away and come back at its address. */
async function analytics(status = 200) {
  const state = { asked: 0, status, versions: [] as unknown[] }
  const server = createServer((request, response) => {
    state.asked++
    state.versions.push(request.headers['x-gatehouse-version'])
    response.writeHead(state.status).end('{}')
  })
  const listen = (port: number): Promise<void> =>
    new Promise((resolve) => server.listen(port, '127.0.0.1', resolve))
  await listen(0)
  const { port } = server.address() as AddressInfo
  const leave = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return {
    state,
    address: `127.0.0.1:${port}`,
    leave,
    comeBack: () => listen(port),
    [Symbol.asyncDispose]: async () => {
      if (server.listening) await leave()
    },
  }
}

test('records go to the first address that takes them, and back to the first after a while', async () => {
  await using first = await analytics()
  await using second = await analytics()
  const clock = testClock()
  const addresses = [first.address, second.address]
  using to = delivery({ version: '1.2.3', addresses: () => addresses, tls: () => undefined }, clock)
  assert.equal((await to.post('/v1/records', '{}')).status, 200)
  assert.deepEqual([first.state.asked, second.state.asked], [1, 0])
  assert.deepEqual(first.state.versions, ['1.2.3'])

  await first.leave()
  await to.post('/v1/records', '{}')
  assert.equal(to.url, second.address)
  await first.comeBack()
  await to.post('/v1/records', '{}')
  assert.deepEqual([first.state.asked, second.state.asked], [1, 2], 'it stays with who answers')
  await clock.advance(31_000)
  await to.post('/v1/records', '{}')
  assert.deepEqual([first.state.asked, second.state.asked], [2, 2])
})

test('who cannot store anything is passed over; when nobody can, that is said', async () => {
  await using first = await analytics(503)
  await using second = await analytics()
  const addresses = [first.address, second.address]
  const clock = testClock()
  using to = delivery({ version: '1', addresses: () => addresses, tls: () => undefined }, clock)
  assert.equal((await to.post('/v1/records', '{}')).status, 200)
  second.state.status = 503
  await assert.rejects(to.post('/v1/records', '{}'), { code: 'edge.analytics_busy' })
  second.state.status = 426
  const answer = await to.post('/v1/records', '{}')
  assert.equal(answer.status, 426, 'a refusal for what we are is the answer')
  addresses.length = 0
  await assert.rejects(to.post('/v1/records', '{}'), { code: 'edge.no_analytics' })
})
