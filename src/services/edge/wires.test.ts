import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { Fault } from '#base/fault.ts'
import { selfSigned } from '#parts/identity/certificates.ts'
import { rawExchange, startTestEdge, startUpstream } from './edge.fixture.ts'

const dir = mkdtempSync(join(tmpdir(), 'wires-'))
after(() => rmSync(dir, { recursive: true, force: true }))

async function certificate(file: string, names: readonly string[]) {
  const made = await selfSigned(names, Date.now())
  const cert = join(dir, `${file}.crt`)
  const key = join(dir, `${file}.key`)
  writeFileSync(cert, made.cert)
  writeFileSync(key, made.key)
  return { cert, key }
}
const certificates = [
  await certificate('a', ['a.example', 'www.a.example']),
  await certificate('wild', ['*.b.example']),
]
const tls = { certificates, listen: [{ address: '127.0.0.1:0', tls: true }] }

async function handshake(port: number, servername: string, alpn: string[]): Promise<TLSSocket> {
  const socket = connectTls({
    port,
    host: '127.0.0.1',
    servername,
    ALPNProtocols: alpn,
    rejectUnauthorized: false,
  })
  await once(socket, 'secureConnect')
  return socket
}

test('the certificate is chosen by name: exact, wildcard one label up, else the first', async () => {
  await using edge = await startTestEdge({ upstreams: ['http://127.0.0.1:1'], settings: tls })
  for (const [name, expected] of [
    ['www.a.example', 'a.example'],
    ['x.b.example', '*.b.example'],
    ['X.B.example', '*.b.example'],
    ['x.y.b.example', 'a.example'],
    ['other.example', 'a.example'],
  ] as const) {
    const socket = await handshake(edge.port, name, ['http/1.1'])
    assert.ok(socket.getPeerCertificate().subjectaltname?.includes(`DNS:${expected}`), name)
    socket.destroy()
  }
})

test('HTTP/1.1 over TLS: the upstream is told of https', async () => {
  await using upstream = await startUpstream()
  await using edge = await startTestEdge({ upstreams: [upstream.url], settings: tls })
  const socket = await handshake(edge.port, 'a.example', ['http/1.1'])
  socket.write('GET /x HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n')
  let text = ''
  for await (const chunk of socket) text += chunk
  assert.match(text, /^HTTP\/1\.1 200 /)
  const headers: readonly string[] = upstream.seen[0]?.headers ?? []
  assert.equal(headers[headers.indexOf('x-forwarded-proto') + 1], 'https')
})

test('a WebSocket over TLS', async () => {
  await using upstream = await startUpstream()
  upstream.server.on('upgrade', (_request, socket) => {
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nhello',
    )
    socket.on('data', (chunk: Buffer) => socket.end(`got ${chunk}`))
  })
  await using edge = await startTestEdge({ upstreams: [upstream.url], settings: tls })
  const socket = await handshake(edge.port, 'a.example', ['http/1.1'])
  socket.write(
    'GET /ws HTTP/1.1\r\nHost: a.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n',
  )
  let text = ''
  socket.on('data', (chunk) => (text += chunk))
  while (!text.includes('hello')) await once(socket, 'data')
  socket.write('bye')
  await once(socket, 'close')
  assert.match(text, /^HTTP\/1\.1 101 [\s\S]*got bye$/)
})

type Reply = { status: number; headers: Record<string, unknown>; body: string }

function ask2(
  session: ClientHttp2Session,
  headers: Record<string, string | string[]>,
  body?: string,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const stream = session.request(headers, { endStream: body === undefined })
    let text = ''
    let got: Record<string, unknown> = {}
    stream.on('response', (fields) => (got = { ...fields }))
    stream.on('data', (chunk) => (text += chunk))
    stream.on('end', () => resolve({ status: Number(got[':status']), headers: got, body: text }))
    stream.on('error', reject)
    if (body !== undefined) stream.end(body)
  })
}

test('HTTP/2: many requests at once, bodies, cookies joined, attacks blocked, GOAWAY on drain', async () => {
  await using upstream = await startUpstream()
  await using edge = await startTestEdge({ upstreams: [upstream.url], settings: tls })
  const socket = await handshake(edge.port, 'a.example', ['h2'])
  const session = connectHttp2('https://a.example', { createConnection: () => socket })
  const replies = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      ask2(session, { ':path': `/${i}`, cookie: ['a=1', 'b=2'], 'x-n': String(i) }),
    ),
  )
  replies.forEach((reply, i) => {
    assert.equal(reply.status, 200)
    assert.equal(JSON.parse(reply.body).url, `/${i}`)
    assert.match(String(reply.headers['x-request-id']), /^[0-9a-f-]{36}$/)
    assert.equal(reply.headers['connection'], undefined)
  })
  const headers: readonly string[] = upstream.seen[0]?.headers ?? []
  assert.equal(headers[headers.indexOf('cookie') + 1], 'a=1; b=2')
  assert.equal(headers[headers.indexOf('host') + 1], 'a.example:443')
  const form = {
    'content-type': 'application/x-www-form-urlencoded',
    ':method': 'POST',
    ':path': '/',
  }
  assert.equal((await ask2(session, form, 'q=hello')).status, 200)
  assert.equal(upstream.seen.at(-1)?.body, 'q=hello')
  const blocked = await ask2(session, form, 'q=1+union+select+2')
  assert.equal(blocked.status, 403)
  assert.ok(blocked.body.includes(String(blocked.headers['x-request-id'])))
  assert.equal(edge.hits().at(-1)?.request.http_version, '2.0')
  assert.equal(
    (await ask2(session, { ':path': '/', ':authority': 'a.example', host: 'b.example' })).status,
    400,
  )
  const gone = once(session, 'close')
  await edge.edge.drain(2000)
  await gone
})

test('HTTP/2: an answer that breaks off ends its own stream only', async () => {
  await using upstream = await startUpstream((q, r) => {
    if (q.url !== '/broken') return void setTimeout(() => r.end('whole'), 200)
    r.writeHead(200, { 'content-length': 100, 'content-type': 'image/png' })
    r.write('part')
    setTimeout(() => r.destroy(), 50)
  })
  await using edge = await startTestEdge({ upstreams: [upstream.url], settings: tls })
  const socket = await handshake(edge.port, 'a.example', ['h2'])
  const session = connectHttp2('https://a.example', { createConnection: () => socket })
  const [broken, whole, dropped] = await Promise.allSettled([
    ask2(session, { ':path': '/broken' }),
    ask2(session, { ':path': '/whole' }),
    ask2(session, { ':path': '/', 'x-drop': 'yes' }),
  ])
  assert.equal(broken.status, 'rejected')
  assert.equal(dropped.status, 'rejected')
  assert.ok(whole.status === 'fulfilled' && whole.value.body === 'whole')
  session.destroy()
})

test('HTTP/2: trailers arrive as they were, without those of the connection behind us', async () => {
  await using upstream = await startUpstream((_q, r) => {
    r.writeHead(200, { 'content-type': 'image/png', trailer: 'Grpc-Status' })
    r.write('abc')
    r.addTrailers({ 'Grpc-Status': '0', 'X-Sum': '77', Connection: 'close' })
    r.end()
  })
  await using edge = await startTestEdge({ upstreams: [upstream.url], settings: tls })
  const socket = await handshake(edge.port, 'a.example', ['h2'])
  const session = connectHttp2('https://a.example', { createConnection: () => socket })
  const stream = session.request({ ':path': '/' })
  const heard = once(stream, 'trailers')
  stream.resume()
  const [trailers] = (await heard) as [Record<string, unknown>]
  assert.equal(JSON.stringify(trailers), '{"grpc-status":"0","x-sum":"77"}')
  session.destroy()
})

test('a TLS listener without a certificate, or with a key of another, does not start', async () => {
  const start = (certificates: unknown[]) =>
    startTestEdge({ upstreams: ['http://127.0.0.1:1'], settings: { ...tls, certificates } })
  const code = (expected: string) => (error: unknown) =>
    error instanceof Fault && error.code === expected
  await assert.rejects(start([]), code('http.no_certificate'))
  const mixed = { cert: certificates[0]?.cert, key: certificates[1]?.key }
  await assert.rejects(start([mixed]), code('http.bad_certificate'))
  await assert.rejects(
    start([{ cert: '/none', key: '/none' }]),
    code('http.cannot_read_certificate'),
  )
})

test('bytes that are not TLS on a TLS port hurt nobody', async () => {
  await using edge = await startTestEdge({ upstreams: ['http://127.0.0.1:1'], settings: tls })
  await rawExchange(edge.port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', 500).catch(() => '')
  assert.equal(edge.report().turned_away.tls, 1)
  ;(await handshake(edge.port, 'a.example', ['http/1.1'])).destroy()
})

const proxied = {
  trusted_proxies: ['127.0.0.1'],
  listen: [
    { address: '127.0.0.1:0', proxy_protocol: true },
    { address: '127.0.0.1:0', proxy_protocol: true, tls: true },
  ],
  certificates,
}
const attack = 'GET /?q=1+union+select+2 HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n'

test('the PROXY header tells the client, in version 1 and 2, in one piece or byte by byte', async () => {
  await using upstream = await startUpstream()
  await using edge = await startTestEdge({ upstreams: [upstream.url], settings: proxied })
  const clientOf = async (header: string): Promise<string | undefined> => {
    assert.match(await rawExchange(edge.port, header + attack), /^HTTP\/1\.1 403 /)
    return edge.hits().at(-1)?.client
  }
  const v2 = '\r\n\r\n\0\r\nQUIT\n'
  assert.equal(await clientOf('PROXY TCP4 198.51.100.7 10.0.0.1 4711 80\r\n'), '198.51.100.7')
  assert.equal(await clientOf('PROXY TCP6 2001:DB8::7 ::1 4711 80\r\n'), '2001:db8::7')
  assert.equal(await clientOf('PROXY UNKNOWN\r\n'), '127.0.0.1')
  assert.equal(
    await clientOf(`${v2}\x21\x11\x00\x0c\xc6\x33\x64\x08\x0a\x00\x00\x01\x12\x67\x00\x50`),
    '198.51.100.8',
  )
  assert.equal(await clientOf(`${v2}\x20\x00\x00\x00`), '127.0.0.1')
  const socket = connect(edge.port, '127.0.0.1')
  let text = ''
  socket.on('data', (chunk) => (text += chunk))
  for (const byte of `PROXY TCP4 198.51.100.9 10.0.0.1 4711 80\r\n${attack}`) {
    socket.write(byte)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await once(socket, 'close')
  assert.match(text, /^HTTP\/1\.1 403 /)
  assert.equal(edge.hits().at(-1)?.client, '198.51.100.9')
})

test('the PROXY header comes before TLS', async () => {
  await using upstream = await startUpstream()
  await using edge = await startTestEdge({ upstreams: [upstream.url], settings: proxied })
  const raw = connect(edge.ports[1] ?? 0, '127.0.0.1')
  raw.write('PROXY TCP4 198.51.100.7 10.0.0.1 4711 443\r\n')
  const socket = connectTls({ socket: raw, servername: 'a.example', rejectUnauthorized: false })
  socket.write(attack)
  let text = ''
  for await (const chunk of socket) text += chunk
  assert.match(text, /^HTTP\/1\.1 403 /)
  assert.equal(edge.hits().at(-1)?.client, '198.51.100.7')
})

test('TLS listeners on one port of two addresses never mistake one client for another', async () => {
  await using upstream = await startUpstream()
  const door = { proxy_protocol: true, tls: true }
  const first = { ...door, address: '127.0.0.2:0' }
  await using probe = await startTestEdge({
    upstreams: [upstream.url],
    settings: { ...proxied, listen: [first] },
  })
  const { port } = probe
  await using edge = await startTestEdge({
    upstreams: [upstream.url],
    settings: {
      ...proxied,
      listen: [`127.0.0.3:${port}`, `127.0.0.4:${port}`].map((address) => ({ ...door, address })),
    },
  })
  let localPort = 0
  const raws: Socket[] = []
  for (const [host, client] of [
    ['127.0.0.3', '198.51.100.3'],
    ['127.0.0.4', '198.51.100.4'],
  ] as const) {
    const raw = connect({ port, host, localAddress: '127.0.0.1', localPort })
    await once(raw, 'connect')
    localPort = raw.localPort ?? 0
    raw.write(`PROXY TCP4 ${client} 10.0.0.1 4711 443\r\n`)
    raws.push(raw)
  }
  while (edge.edge.report().connections < 2) await new Promise((resolve) => setImmediate(resolve))
  await new Promise((resolve) => setTimeout(resolve, 50))
  for (const [i, raw] of raws.entries()) {
    const socket = connectTls({ socket: raw, servername: 'a.example', rejectUnauthorized: false })
    socket.write(attack)
    for await (const _ of socket);
    assert.equal(edge.hits().at(-1)?.client, `198.51.100.${i + 3}`)
  }
})

test('no PROXY header, a broken one, or one from a stranger: closed without an answer', async () => {
  await using upstream = await startUpstream()
  await using edge = await startTestEdge({ upstreams: [upstream.url], settings: proxied })
  for (const bytes of [
    attack,
    `PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n${attack}`,
    `PROXY TCP9\r\n${attack}`,
  ])
    assert.equal(await rawExchange(edge.port, bytes).catch(() => ''), '')
  assert.equal(edge.report().turned_away.proxy_header, 3)
  await using strict = await startTestEdge({
    upstreams: [upstream.url],
    settings: { ...proxied, trusted_proxies: ['10.0.0.1'] },
  })
  const header = 'PROXY TCP4 198.51.100.7 10.0.0.1 4711 80\r\n'
  assert.equal(await rawExchange(strict.port, header + attack).catch(() => ''), '')
  assert.equal(upstream.seen.length, 0)
})

test('drain: nothing new is let in, what is under way ends well, keep-alive connections are told and kept till then', async () => {
  await using upstream = await startUpstream((q, r) => {
    setTimeout(() => r.end('done'), q.url === '/slow' ? 300 : 0)
  })
  await using edge = await startTestEdge({ upstreams: [upstream.url] })
  const idle = connect(edge.port, '127.0.0.1')
  idle.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await once(idle, 'data')
  const busy = rawExchange(edge.port, 'GET /slow HTTP/1.1\r\nHost: a\r\n\r\n')
  await new Promise((resolve) => setTimeout(resolve, 50))
  const drained = edge.edge.drain(5000)
  await assert.rejects(rawExchange(edge.port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'))
  const answer = await busy
  assert.match(answer, /connection: close/i)
  assert.match(answer, /done/)
  idle.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  const [last] = (await once(idle, 'data')) as [Buffer]
  assert.match(last.toString(), /^HTTP\/1\.1 200 [\s\S]*connection: close/i)
  await drained
})

test('drain cuts what does not end in time', async () => {
  await using upstream = await startUpstream(() => {})
  await using edge = await startTestEdge({ upstreams: [upstream.url] })
  const socket = connect(edge.port, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await new Promise((resolve) => setTimeout(resolve, 50))
  const started = performance.now()
  await edge.edge.drain(200)
  assert.ok(performance.now() - started < 2000)
  socket.destroy()
})
