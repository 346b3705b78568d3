import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { test } from 'node:test'
import { rawExchange, startTestEdge, startUpstream } from './edge.fixture.ts'

/** An upstream that does to each connection what `act` says. */
async function rawUpstream(act: (socket: Socket, bytes: string) => void) {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('data', (chunk) => act(socket, chunk.toString('latin1')))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    server,
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** A port that nobody listens on. */
async function closedPort(): Promise<string> {
  const upstream = await rawUpstream(() => {})
  const { url } = upstream
  await upstream[Symbol.asyncDispose]()
  return url
}

const timeouts = { upstream_connect: '500ms', upstream_response: '1s' }

test('an upstream that refuses, closes, or answers garbage gives 502 with the request id', async () => {
  const cases: readonly (readonly [string, (socket: Socket) => void])[] = [
    ['closes at once', (s) => s.destroy()],
    ['closes after half a head', (s) => s.end('HTTP/1.1 200 OK\r\nConte')],
    ['speaks another protocol', (s) => s.end('220 smtp ready\r\n')],
    [
      'has two lengths',
      (s) => s.end('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'),
    ],
    ['has a broken field', (s) => s.end('HTTP/1.1 200 OK\r\nA b: c\r\n\r\n')],
    ['has a head without end', (s) => s.write(`HTTP/1.1 200 OK\r\nX: ${'a'.repeat(100_000)}`)],
    [
      'says 101 unasked',
      (s) => s.end('HTTP/1.1 101 X\r\nUpgrade: y\r\nConnection: upgrade\r\n\r\n'),
    ],
    [
      'has a status line with control bytes',
      (s) => s.end('HTTP/1.1 200 O\x01K\r\nContent-Length: 0\r\n\r\n'),
    ],
    [
      'has a value with NUL',
      (s) => s.end('HTTP/1.1 200 OK\r\nA: b\0c\r\nContent-Length: 0\r\n\r\n'),
    ],
    ['says 99', (s) => s.end('HTTP/1.1 099 X\r\nContent-Length: 0\r\n\r\n')],
  ]
  for (const [name, act] of cases) {
    await using upstream = await rawUpstream(act)
    await using edge = await startTestEdge({ upstreams: [upstream.url], settings: { timeouts } })
    const answer = await fetch(edge.url, { headers: { accept: 'application/json' } })
    assert.equal(answer.status, 502, name)
    const page = (await answer.json()) as { request_id: string }
    assert.equal(page.request_id, answer.headers.get('x-request-id'), name)
    assert.equal(edge.report().sites['test']?.upstream_errors, 1, name)
  }
  await using edge = await startTestEdge({ upstreams: [await closedPort()] })
  assert.equal((await fetch(edge.url)).status, 502)
})

test('an upstream that hangs gives 504', async () => {
  await using upstream = await rawUpstream(() => {})
  await using edge = await startTestEdge({ upstreams: [upstream.url], settings: { timeouts } })
  assert.equal((await fetch(edge.url)).status, 504)
})

test('an answer that breaks off is broken off for the client too, never passed as whole', async () => {
  await using upstream = await rawUpstream((s) => {
    s.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\nContent-Type: image/png\r\n\r\nabc')
    setTimeout(() => s.destroy(), 50)
  })
  await using edge = await startTestEdge({ upstreams: [upstream.url] })
  await assert.rejects(async () => (await fetch(edge.url)).text())
})

test('the next server is tried for what may be tried twice; POST that was sent is not', async () => {
  await using good = await startUpstream()
  await using bad = await rawUpstream((s) => s.destroy())
  const upstreams = [bad.url, good.url]
  await using edge = await startTestEdge({ upstreams })
  for (const method of ['GET', 'PUT', 'DELETE']) {
    for (let i = 0; i < 2; i++)
      assert.equal((await fetch(edge.url, { method })).status, 200, method)
  }
  const statuses: number[] = []
  await using fresh = await startTestEdge({ upstreams })
  for (let i = 0; i < 2; i++)
    statuses.push((await fetch(fresh.url, { method: 'POST', body: 'x' })).status)
  assert.deepEqual(statuses.sort(), [200, 502])
  await using refused = await startTestEdge({ upstreams: [await closedPort(), good.url] })
  for (let i = 0; i < 2; i++)
    assert.equal((await fetch(refused.url, { method: 'POST', body: 'x' })).status, 200)
})

test('a server that fails is left out, backups serve only when all others are out', async () => {
  await using good = await startUpstream((_q, r) => r.end('backup'))
  const dead = await closedPort()
  await using edge = await startTestEdge({
    upstreams: [
      { url: dead, max_fails: 2 },
      { url: good.url, backup: true },
    ],
  })
  for (let i = 0; i < 6; i++) assert.equal((await fetch(edge.url)).status, 200)
  const [first, second] = edge.report().upstreams
  assert.equal(first?.is_up, false)
  assert.equal(first?.fails, 2, 'it is not asked again while it is out')
  assert.equal(second?.is_up, true)
  assert.equal(edge.report().sites['test']?.upstream_errors, 2)
})

test('max_conns bounds what one server gets at once; beyond it there is 503', async () => {
  let waiting = 0
  await using upstream = await startUpstream((_q, r) => {
    waiting++
    setTimeout(() => r.end('ok'), 200)
  })
  await using edge = await startTestEdge({ upstreams: [{ url: upstream.url, max_conns: 2 }] })
  const statuses = await Promise.all([1, 2, 3].map(async () => (await fetch(edge.url)).status))
  assert.deepEqual(statuses.sort(), [200, 200, 503])
  assert.equal(waiting, 2)
  assert.equal((await fetch(edge.url)).status, 200)
})

test('without max_conns a server gets 1,024 requests at once; the others wait, then get 503', async () => {
  const held: ServerResponse[] = []
  await using upstream = await startUpstream((_q, r) => void held.push(r))
  const settings = {
    timeouts: { upstream_connect: '1s' },
    limits: { connections_per_client: 2000 },
  }
  await using edge = await startTestEdge({ upstreams: [upstream.url], settings })
  const ask = async () => (await fetch(edge.url)).status
  const first = Array.from({ length: 1024 }, ask)
  while (held.length < 1024) await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(await Promise.all([ask(), ask()]), [503, 503])
  const lucky = ask()
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.equal(held.length, 1024)
  held[0]?.end()
  while (held.length < 1025) await new Promise((resolve) => setImmediate(resolve))
  for (const response of held) response.end()
  assert.equal(await lucky, 200)
  assert.ok((await Promise.all(first)).every((status) => status === 200))
})

test('events stream through as they come', async () => {
  let send: (text: string) => void = () => {}
  await using upstream = await startUpstream((_q, r) => {
    r.writeHead(200, { 'content-type': 'text/event-stream' })
    send = (text) => r.write(text)
    send('data: 1\n\n')
  })
  await using edge = await startTestEdge({ upstreams: [upstream.url] })
  const answer = await fetch(edge.url)
  const reader = answer.body?.getReader()
  assert.ok(reader)
  assert.equal(Buffer.from((await reader.read()).value ?? []).toString(), 'data: 1\n\n')
  send('data: 2\n\n')
  assert.equal(Buffer.from((await reader.read()).value ?? []).toString(), 'data: 2\n\n')
  await reader.cancel()
})

test('a client that leaves takes its request from the upstream', async () => {
  const gone = Promise.withResolvers<void>()
  await using upstream = await startUpstream((_q, r) => r.on('close', () => gone.resolve()))
  await using edge = await startTestEdge({ upstreams: [upstream.url] })
  const socket = connect(edge.port, '127.0.0.1', () => {
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    setTimeout(() => socket.destroy(), 100)
  })
  await gone.promise
})

test('trailers of the answer arrive', async () => {
  await using upstream = await startUpstream((_q, r) => {
    r.writeHead(200, { 'content-type': 'image/png', trailer: 'X-Sum' })
    r.write('abc')
    r.addTrailers({ 'X-Sum': '42' })
    r.end()
  })
  await using edge = await startTestEdge({ upstreams: [upstream.url] })
  const raw = await rawExchange(edge.port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  assert.match(raw, /\r\n0\r\nX-Sum: 42\r\n\r\n$/i)
})

test('answers without a body stay so', async () => {
  await using upstream = await startUpstream((q, r) => {
    r.writeHead(q.url === '/204' ? 204 : 304, { etag: '"x"' })
    r.end()
  })
  await using edge = await startTestEdge({ upstreams: [upstream.url] })
  for (const status of [204, 304]) {
    const raw = await rawExchange(
      edge.port,
      `GET /${status} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
    )
    assert.ok(raw.startsWith(`HTTP/1.1 ${status} `))
    assert.ok(raw.endsWith('\r\n\r\n'))
  }
})

test('300 MB stream to a slow reader with flat memory, and arrive whole', async () => {
  const chunk = Buffer.alloc(1024 * 1024, 7)
  const count = 300
  await using upstream = await startUpstream(async (_q, r) => {
    r.writeHead(200, { 'content-type': 'application/octet-stream' })
    for (let i = 0; i < count; i++) if (!r.write(chunk)) await once(r, 'drain')
    r.end()
  })
  await using edge = await startTestEdge({ upstreams: [upstream.url] })
  const before = process.memoryUsage.rss()
  let peak = 0
  let size = 0
  const answer = await fetch(edge.url)
  for await (const part of answer.body ?? []) {
    size += part.length
    if (size % 64 === 0) await new Promise((resolve) => setImmediate(resolve))
    peak = Math.max(peak, process.memoryUsage.rss())
  }
  assert.equal(size, count * chunk.length)
  assert.ok(peak - before < 150e6, `grew by ${Math.round((peak - before) / 1e6)} MB`)
})

test('a client that does not read holds up its own upstream and nothing else, and is cut off in the end', async () => {
  const chunk = Buffer.alloc(1024 * 1024)
  let sent = 0
  const closed = Promise.withResolvers<void>()
  await using upstream = await startUpstream((_q, r) => {
    r.writeHead(200, { 'content-type': 'application/octet-stream' })
    r.on('close', () => closed.resolve())
    const more = (): void => {
      while (!r.destroyed && sent < 500) {
        sent++
        if (!r.write(chunk)) {
          r.once('drain', more)
          return
        }
      }
    }
    more()
  })
  const settings = { timeouts: { idle: '1s' } }
  await using edge = await startTestEdge({ upstreams: [upstream.url], settings })
  const socket = connect(edge.port, '127.0.0.1')
  socket.on('error', () => {})
  socket.pause()
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await closed.promise
  assert.ok(sent < 100, `${sent} MB were taken from the upstream`)
  socket.destroy()
})

test('an upstream that does not read its request holds the client back, not our memory', async () => {
  await using upstream = await rawUpstream((socket) => socket.pause())
  await using edge = await startTestEdge({
    upstreams: [upstream.url],
    site: { mode: 'off', body_size_max: '128MiB' },
  })
  const socket = connect(edge.port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 104857600\r\n\r\n')
  const chunk = Buffer.alloc(1024 * 1024)
  let sent = 0
  while (sent < 100 && socket.write(chunk)) sent++
  for (let quiet = 0; quiet < 5 && sent < 100; ) {
    const drained = once(socket, 'drain').then(() => true)
    const waited = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 100))
    if (await Promise.race([drained, waited])) {
      quiet = 0
      while (sent < 100 && socket.write(chunk)) sent++
    } else quiet++
  }
  assert.ok(sent < 60, `${sent} MB were taken from the client`)
  socket.destroy()
})

test('a large upload streams through when it is not inspected, in order and whole', async () => {
  const hash = createHash('sha256')
  await using upstream = await startUpstream((q, r) => {
    q.on('data', (chunk) => hash.update(chunk))
    q.on('end', () => r.end('ok'))
  })
  await using edge = await startTestEdge({
    upstreams: [upstream.url],
    site: { mode: 'off', body_size_max: '128MiB' },
  })
  const body = Buffer.alloc(20 * 1024 * 1024, 'gatehouse')
  const answer = await fetch(edge.url, { method: 'POST', body: new Uint8Array(body) })
  assert.equal(answer.status, 200)
  assert.equal(hash.digest('hex'), createHash('sha256').update(body).digest('hex'))
  assert.equal(edge.report().sites['test']?.bytes_in, body.length)
})

test('an upstream that answers before it has read the body is heard', async () => {
  await using upstream = await startUpstream((_q, r) => {
    r.writeHead(413, { connection: 'close' })
    r.end('too much')
  })
  await using edge = await startTestEdge({ upstreams: [upstream.url], site: { mode: 'off' } })
  const socket = connect(edge.port, '127.0.0.1')
  socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nbegin')
  const [first] = (await once(socket, 'data')) as [Buffer]
  assert.match(first.toString(), /^HTTP\/1\.1 413 /)
  socket.destroy()
})

test('WebSocket: the handshake is inspected, then bytes pass both ways', async () => {
  await using upstream = await rawUpstream((socket, bytes) => {
    if (bytes.startsWith('GET /no')) {
      socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\nConnection: close\r\n\r\nnope')
    } else if (bytes.startsWith('GET ')) {
      const accept = 'Sec-WebSocket-Accept: x\r\n'
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${accept}\r\nearly`,
      )
    } else socket.write(`echo ${bytes}`)
  })
  await using edge = await startTestEdge({ upstreams: [upstream.url] })
  const shake = (path: string) =>
    `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n`
  const socket = connect(edge.port, '127.0.0.1', () => socket.write(shake('/chat')))
  let text = ''
  const until = async (word: string) => {
    while (!text.includes(word)) text += String((await once(socket, 'data'))[0])
  }
  await until('early')
  assert.match(text, /^HTTP\/1\.1 101 Switching Protocols\r\n/)
  assert.match(text, /sec-websocket-accept: x/i)
  socket.write('hello')
  await until('echo hello')
  const ended = once(socket, 'close')
  socket.end()
  await ended
  assert.match(await rawExchange(edge.port, shake('/no')), /^HTTP\/1\.1 404 [\s\S]*nope$/)
  assert.match(await rawExchange(edge.port, shake('/?q=1+union+select+2')), /^HTTP\/1\.1 403 /)
  const counters = edge.report().sites['test']
  assert.equal(counters?.requests, 3)
  assert.equal(counters?.bytes_in, 5)
})
