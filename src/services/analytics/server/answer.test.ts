import assert from 'node:assert/strict'
import { type ClientRequest, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { silentLog } from '#base/log.ts'
import { answerCalls } from './answer.ts'

test('a node that sends its bodies slowly holds up itself, and nobody else', async (t) => {
  const listener = answerCalls(
    { '/v1/records': async (body) => ({ body }) },
    ({ headers }) => ({ node: String(headers['x-node']) }),
    silentLog,
  )
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  /** A request without its body yet. */
  const open = (node: string): ClientRequest => {
    const sent = request({
      ...{ host: '127.0.0.1', port, path: '/v1/records', method: 'POST', agent: false },
      headers: { 'x-node': node, 'content-type': 'application/json', 'content-length': '2' },
    })
    sent.on('error', () => {})
    sent.flushHeaders()
    return sent
  }
  const answerOf = (sent: ClientRequest) =>
    new Promise<number | undefined>((resolve) => {
      sent.once('response', (response) => resolve(response.resume().statusCode))
    })
  let busy = 0
  const all_busy = Promise.withResolvers<void>()
  const slow = Array.from({ length: 16 }, () => open('edge-1'))
  const answers = slow.map(async (sent) => {
    const status = await answerOf(sent)
    if (status === 503 && ++busy === 12) all_busy.resolve()
    return status
  })
  await all_busy.promise
  const other = open('edge-2')
  other.end('{}')
  assert.equal(await answerOf(other), 200)
  for (const sent of slow) if (!sent.destroyed) sent.end('{}')
  assert.equal((await Promise.all(answers)).filter((status) => status === 200).length, 4)
  const again = open('edge-1')
  again.end('{}')
  assert.equal(await answerOf(again), 200)
})
