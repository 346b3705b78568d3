import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { selfSigned } from '#parts/identity/certificates.ts'
import { rawExchange, startTestEdge } from './edge.fixture.ts'

const made = await selfSigned(['localhost'], Date.now())

async function httpsUpstream() {
  const names: (string | false | null)[] = []
  let connections = 0
  const server = createServer({ cert: made.cert, key: made.key }, (request, response) =>
    response.end(request.headers.host),
  )
  server.on('secureConnection', (socket) => {
    connections++
    names.push(socket.servername)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    names,
    count: () => connections,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

test('an https upstream is asked by its own name, whatever hosts clients ask for, over kept connections', async () => {
  await using upstream = await httpsUpstream()
  await using edge = await startTestEdge({
    upstreams: [{ url: `https://localhost:${upstream.port}`, tls_verify: false }],
  })
  for (const host of ['one.example', 'two.example', 'one.example']) {
    const raw = await rawExchange(
      edge.port,
      `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
    )
    assert.match(raw, /^HTTP\/1\.1 200 /)
    assert.ok(raw.includes(host), 'it still sees the Host that was asked for')
  }
  assert.deepEqual(new Set(upstream.names), new Set(['localhost']))
  assert.equal(upstream.count(), 1)
})

test('an https upstream whose certificate nobody vouches for is not talked to, unless told to', async () => {
  await using upstream = await httpsUpstream()
  for (const [tls_verify, status] of [
    [true, 502],
    [false, 200],
  ] as const) {
    await using edge = await startTestEdge({
      upstreams: [{ url: `https://localhost:${upstream.port}`, tls_verify }],
    })
    assert.equal((await fetch(edge.url)).status, status)
  }
})

test('host_to_upstream decides which Host the upstream sees', async () => {
  await using upstream = await httpsUpstream()
  await using edge = await startTestEdge({
    upstreams: [{ url: `https://localhost:${upstream.port}`, tls_verify: false }],
    site: { host_to_upstream: 'upstream' },
  })
  assert.equal(await (await fetch(edge.url)).text(), `localhost:${upstream.port}`)
})
