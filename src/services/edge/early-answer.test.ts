import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { selfSigned } from '#parts/identity/certificates.ts'
import { startTestEdge, startUpstream } from './edge.fixture.ts'

const dir = mkdtempSync(join(tmpdir(), 'early-'))
after(() => rmSync(dir, { recursive: true, force: true }))

const site = { mode: 'off', body_size_max: '32MiB' }

/** Answers uploads without reading them. */
const impatient = () =>
  startUpstream((q, r) => {
    r.statusCode = q.method === 'POST' ? 401 : 200
    setTimeout(() => r.end('no'), 30)
  })

test('an upload that is answered early: the client can send it all, reads the answer, and nothing after it is served', async () => {
  await using upstream = await impatient()
  await using edge = await startTestEdge({ upstreams: [upstream.url], site })
  const size = 20_000_000
  const socket = connect({ port: edge.port, host: '127.0.0.1', allowHalfOpen: true })
  let text = ''
  socket.on('data', (chunk) => (text += chunk))
  socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\n`)
  socket.write(Buffer.alloc(size, 97))
  const sent = new Promise<void>((resolve, reject) => {
    socket.write('GET /next HTTP/1.1\r\nHost: a\r\n\r\n', (e) => (e ? reject(e) : resolve()))
  })
  await Promise.all([sent, once(socket, 'end')])
  socket.end()
  assert.match(text, /^HTTP\/1\.1 401 .*\r\nconnection: close\r\n.*no/is)
  assert.equal(text.match(/HTTP\/1\.1/g)?.length, 1)
  assert.equal(upstream.seen.length, 1)
  while (edge.report().connections > 0) await new Promise((resolve) => setImmediate(resolve))
})

test('a client that stops sending after an early answer is not waited for', async () => {
  await using upstream = await impatient()
  await using edge = await startTestEdge({ upstreams: [upstream.url], site })
  const socket = connect({ port: edge.port, host: '127.0.0.1', allowHalfOpen: true })
  socket.on('error', () => {})
  socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc')
  await once(socket.resume(), 'end')
  while (edge.report().connections > 0) await new Promise((resolve) => setTimeout(resolve, 20))
  socket.destroy()
})

test('HTTP/2: early answers to uploads leave their session usable', async () => {
  const made = await selfSigned(['a.example'], Date.now())
  const [cert, key] = [join(dir, 'a.crt'), join(dir, 'a.key')]
  writeFileSync(cert, made.cert)
  writeFileSync(key, made.key)
  await using upstream = await impatient()
  await using edge = await startTestEdge({
    upstreams: [upstream.url],
    site,
    settings: { certificates: [{ cert, key }], listen: [{ address: '127.0.0.1:0', tls: true }] },
  })
  const socket = connectTls({
    port: edge.port,
    host: '127.0.0.1',
    servername: 'a.example',
    ALPNProtocols: ['h2'],
    rejectUnauthorized: false,
  })
  const session = connectHttp2('https://a.example', { createConnection: () => socket })
  for (let i = 0; i < 5; i++) {
    const stream = session.request({ ':method': 'POST', ':path': '/' })
    stream.on('error', () => {})
    stream.write(Buffer.alloc(500_000))
    const [fields] = await once(stream, 'response')
    assert.equal(fields[':status'], 401)
    await once(stream.resume(), 'close')
  }
  session.destroy()
})
