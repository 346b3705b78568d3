import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { rawExchange, startTestEdge, startUpstream } from './edge.fixture.ts'

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`
const last = 'GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'

/** Answers with the path, the slower the earlier it was asked; knows how many it had at once. */
async function slowUpstream() {
  let active = 0
  let most = 0
  const upstream = await startUpstream((q, r) => {
    most = Math.max(most, ++active)
    r.on('close', () => active--)
    setTimeout(() => r.end(`<${q.url}>`), q.url === '/0' ? 150 : 5)
  })
  return { upstream, most: () => most, active: () => active }
}

test('pipelined requests are asked one after the other, each inspected, and answered in order', async () => {
  const slow = await slowUpstream()
  await using upstream = slow.upstream
  await using edge = await startTestEdge({ upstreams: [upstream.url] })
  const form = 'q=1+union+select+2'
  const post =
    'POST /form HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n' +
    `Content-Length: ${form.length}\r\n\r\n${form}`
  const many = Array.from({ length: 20 }, (_, i) => get(`/${i}`)).join('')
  const raw = await rawExchange(edge.port, many + post + get('/?q=etc/passwd') + last)
  assert.deepEqual(
    [...raw.matchAll(/HTTP\/1\.1 (\d+)/g)].map((m) => m[1]),
    [...new Array(20).fill('200'), '403', '403', '200'],
  )
  assert.deepEqual(
    [...raw.matchAll(/<(\/\w+)>/g)].map((m) => m[1]),
    [...Array.from({ length: 20 }, (_, i) => `/${i}`), '/last'],
  )
  assert.equal(slow.most(), 1)
  assert.equal(edge.hits().length, 2)
})

test('a flood of pipelined requests ends its connection before it reaches the upstream', async () => {
  const slow = await slowUpstream()
  await using upstream = slow.upstream
  await using edge = await startTestEdge({ upstreams: [upstream.url] })
  await rawExchange(edge.port, get('/0').repeat(3000)).catch(() => '')
  while (edge.report().connections > 0) await new Promise((resolve) => setImmediate(resolve))
  assert.ok(upstream.seen.length <= 1)
  assert.equal(edge.report().turned_away.connections, 1)
  assert.equal((await fetch(edge.url)).status, 200)
})

test('a client that leaves takes with it what waits behind its first request', async () => {
  const slow = await slowUpstream()
  await using upstream = slow.upstream
  await using edge = await startTestEdge({ upstreams: [upstream.url] })
  const body = `a=${'x'.repeat(100_000)}`
  const post =
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n' +
    `Content-Length: ${body.length}\r\n\r\n${body}`
  const socket = connect(edge.port, '127.0.0.1')
  socket.write(get('/0') + get('/1') + post)
  await once(upstream.server, 'request')
  socket.destroy()
  while (edge.report().connections > 0) await new Promise((resolve) => setImmediate(resolve))
  await new Promise((resolve) => setTimeout(resolve, 200))
  assert.deepEqual(
    upstream.seen.map((request) => request.url),
    ['/0'],
  )
  assert.equal(edge.report().held_bytes, 0)
  assert.equal(slow.active(), 0)
})

test('a WebSocket or a tunnel asked for behind an unanswered request ends its connection only', async () => {
  const slow = await slowUpstream()
  await using upstream = slow.upstream
  await using edge = await startTestEdge({ upstreams: [upstream.url] })
  const shake =
    'GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
    'Sec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n'
  for (const raw of [shake, 'CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n'])
    assert.equal(await rawExchange(edge.port, get('/0') + raw).catch(() => ''), '')
  assert.equal((await fetch(edge.url)).status, 200)
})
