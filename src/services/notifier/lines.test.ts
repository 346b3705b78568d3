import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { test } from 'node:test'
import { line, lines } from './lines.ts'

const about = {
  id: 'l1',
  node_id: 'n1',
  boot_id: 'b1',
  lists_revision: 0,
  heard_at_ms: 0,
  ends_ms: 0,
}

/** The answer of a server to a client that never reads. */
async function toSlowReader(): Promise<AsyncDisposable & { response: ServerResponse }> {
  const opened = Promise.withResolvers<ServerResponse>()
  const server = createServer((_request, response) => opened.resolve(response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  client.on('error', () => {})
  client.pause()
  client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  const response = await opened.promise
  return {
    response,
    async [Symbol.asyncDispose]() {
      client.destroy()
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

test('a reader that leaves more than 8 MiB unread is cut', async () => {
  await using slow = await toSlowReader()
  const made = line(slow.response, about)
  const part = 'x'.repeat(1024 ** 2)
  let sent = 0
  for (; sent < 64 && !slow.response.destroyed; sent++) {
    made.sendText(part)
    await new Promise(setImmediate)
  }
  assert.ok(sent >= 8 && sent < 30, `cut after ${sent} MiB`)
  made.sendText('nothing happens')
})

test('one long message is not what cuts a line, many behind it are', async () => {
  await using slow = await toSlowReader()
  const made = line(slow.response, about)
  made.sendText('x'.repeat(24 * 1024 ** 2))
  assert.equal(slow.response.destroyed, false)
  assert.equal(made.is_busy, true)
  for (let i = 0; i < 20; i++) made.sendText('x'.repeat(1024 ** 2))
  assert.equal(slow.response.destroyed, true)
})

test('a node has one line: the newer one stays, whoever ends first', () => {
  const closed: string[] = []
  const fake = (id: string) => ({
    ...about,
    id,
    offered: '',
    is_busy: false,
    taken: 0,
    send() {},
    sendText() {},
    close: () => void closed.push(id),
  })
  const all = lines()
  const [first, second] = [fake('first'), fake('second')]
  all.open(first)
  all.open(second)
  assert.deepEqual(closed, ['first'])
  all.gone(first)
  assert.equal(all.get('n1'), second)
  all.gone(second)
  assert.equal(all.size, 0)
})
