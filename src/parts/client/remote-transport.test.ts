import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { selfSigned } from '#parts/identity/certificates.ts'
import { apiClient } from './client.ts'
import { remoteTransport } from './remote-transport.ts'

const token = 'gh_x'
const seen: (string | undefined)[] = []
const server = createServer((request, response) => {
  seen.push(`${request.headers.authorization} ${request.headers.host}`)
  response.setHeader('content-type', 'application/json')
  response.end('{"sites":[]}')
})
let port = 0
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
after(() => server.close())

test('calls to another machine carry the token', async () => {
  await using far = remoteTransport({ server: `http://127.0.0.1:${port}`, token })
  assert.deepEqual(await apiClient(far.send).call('GET /api/v1/sites'), { sites: [] })
  assert.deepEqual(seen, [`Bearer gh_x 127.0.0.1:${port}`])
})

test('a token travels over TLS only, and to nothing but a server', () => {
  for (const bad of [
    'gate.example',
    'gate.example:8443',
    'http://gate.example',
    'http://192.0.2.1',
    'ftp://localhost',
    'https://gate.example/path',
    'https://user:secret@gate.example',
    'https://gate.example?x',
  ])
    assert.throws(() => remoteTransport({ server: bad, token }), { code: 'client.bad_server' }, bad)
  for (const good of ['https://gate.example:8443', 'http://localhost:1', 'http://[::1]:1'])
    void remoteTransport({ server: good, token })[Symbol.asyncDispose]()
})

test('who does not answer is named', async () => {
  await using far = remoteTransport({ server: 'http://127.0.0.1:1', token })
  await assert.rejects(apiClient(far.send).call('GET /api/v1/sites'), {
    code: 'client.unreachable',
    message: /http:\/\/127\.0\.0\.1:1/,
  })
})

test('a certificate that nobody vouches for is not trusted, until its authority is named', async () => {
  const pair = await selfSigned(['localhost'], Date.now())
  const tls = createTlsServer(pair, (_request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end('{"sites":[]}')
  })
  await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve))
  after(() => tls.close())
  const at = (host: string) => `https://${host}:${(tls.address() as AddressInfo).port}`
  const ask = async (host: string, ca?: string) => {
    await using far = remoteTransport({ server: at(host), token, ...(ca ? { ca } : {}) })
    return await apiClient(far.send).call('GET /api/v1/sites')
  }
  await assert.rejects(ask('localhost'), { code: 'client.untrusted' })
  await assert.rejects(ask('127.0.0.1', pair.cert), { code: 'client.untrusted' })
  assert.deepEqual(await ask('localhost', pair.cert), { sites: [] })
})
