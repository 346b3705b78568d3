import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { Ruleset } from '#parts/waf/ruleset.ts'
import { rawExchange, rulesFrom, smallRules, startTestEdge, startUpstream } from './edge.fixture.ts'

const form = { 'content-type': 'application/x-www-form-urlencoded' }

test('bodies are inspected: forms, JSON, gzip and deflate; the upstream gets the bytes as sent', async () => {
  await using upstream = await startUpstream()
  await using edge = await startTestEdge({ upstreams: [upstream.url] })
  const post = (body: string | Buffer, headers: Record<string, string>) =>
    fetch(edge.url, { method: 'POST', body: new Uint8Array(Buffer.from(body)), headers })
  assert.equal((await post('q=1+union+select+2', form)).status, 403)
  const json = { 'content-type': 'application/json' }
  assert.equal((await post('{"q":"1 union select 2"}', json)).status, 403)
  const zipped = { ...form, 'content-encoding': 'gzip' }
  assert.equal((await post(gzipSync('q=1+union+select+2'), zipped)).status, 403)
  const honest = gzipSync('q=hello')
  assert.equal((await post(honest, zipped)).status, 200)
  assert.equal(upstream.seen[0]?.body, honest.toString('latin1'))
})

test('a truncated gzip, a gzip bomb and an encoding nobody can look into are refused, or pass in monitor', async () => {
  await using upstream = await startUpstream()
  await using edge = await startTestEdge({ upstreams: [upstream.url] })
  await using lax = await startTestEdge({ upstreams: [upstream.url], site: { mode: 'monitor' } })
  await using open = await startTestEdge({
    upstreams: [upstream.url],
    site: { encodings_not_inspected: 'pass' },
  })
  const post = (url: string, body: Buffer, encoding: string) =>
    fetch(url, {
      method: 'POST',
      body: new Uint8Array(body),
      headers: { ...form, 'content-encoding': encoding },
    })
  const cut = gzipSync('q=hello').subarray(0, 15)
  const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024))
  assert.equal((await post(edge.url, cut, 'gzip')).status, 400)
  assert.equal((await post(edge.url, bomb, 'gzip')).status, 413)
  assert.equal((await post(edge.url, Buffer.from('x'), 'br')).status, 415)
  assert.equal((await post(edge.url, Buffer.from('x'), 'zstd')).status, 415)
  assert.deepEqual(
    edge.hits().map((hit) => [hit.attack_type, hit.action]),
    [
      ['protocol', 'refused'],
      ['data_bomb', 'refused'],
      ['protocol', 'refused'],
      ['protocol', 'refused'],
    ],
  )
  assert.equal((await post(open.url, Buffer.from('x'), 'br')).status, 200)
  for (const [body, encoding] of [
    [cut, 'gzip'],
    [bomb, 'gzip'],
    [Buffer.from('x'), 'br'],
  ] as const)
    assert.equal((await post(lax.url, body, encoding)).status, 200)
  assert.deepEqual(
    lax.hits().map((hit) => hit.action),
    ['monitored', 'monitored', 'monitored'],
  )
})

test('text in the header of a gzip body does not pass, and Connection takes no encoding from the upstream', async () => {
  await using upstream = await startUpstream()
  await using edge = await startTestEdge({ upstreams: [upstream.url] })
  const post = (body: Buffer) =>
    rawExchange(
      edge.port,
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n' +
        'Content-Encoding: gzip\r\nConnection: close, content-encoding, Content-Type, x-hop\r\nX-Hop: 1\r\n' +
        `Content-Length: ${body.length}\r\n\r\n${body.toString('latin1')}`,
    )
  const honest = gzipSync('a=1')
  const named = Buffer.concat([
    honest.subarray(0, 3),
    Buffer.from([8]),
    honest.subarray(4, 10),
    Buffer.from('&id=1 union select 2&z=\0'),
    honest.subarray(10),
  ])
  assert.match(await post(named), /^HTTP\/1\.1 400 /)
  assert.equal(upstream.seen.length, 0)
  assert.match(await post(honest), /^HTTP\/1\.1 200 /)
  const names = upstream.seen[0]?.headers.map((name) => name.toLowerCase()) ?? []
  assert.ok(names.includes('content-encoding') && names.includes('content-type'))
  assert.ok(!names.includes('x-hop'))
})

test('an answer that leaks is held back, also when it is zipped; its client sees the page', async () => {
  const leak = 'root:x:0:0:root:/root:/bin/bash\n'
  await using upstream = await startUpstream((request, response) => {
    const zip = request.url === '/zip'
    response.setHeader('content-type', 'text/plain')
    if (zip) response.setHeader('content-encoding', 'gzip')
    response.end(zip ? gzipSync(leak) : leak)
  })
  await using edge = await startTestEdge({ upstreams: [upstream.url] })
  for (const path of ['/plain', '/zip']) {
    const answer = await fetch(edge.url + path)
    assert.equal(answer.status, 403, path)
    assert.ok(!(await answer.text()).includes('root:'), path)
  }
  assert.deepEqual(
    edge.hits().map((hit) => hit.attack_type),
    ['data_leak', 'data_leak'],
  )
  await using blind = await startTestEdge({
    upstreams: [upstream.url],
    site: { inspect_responses: false },
  })
  assert.equal((await fetch(`${blind.url}/plain`)).status, 200)
})

/** Larger than what is held, plain as well as zipped. */
const noise = Array.from({ length: 200_000 }, (_, i) =>
  ((i * 2654435761) >>> 0).toString(36),
).join()

test('a zipped body over the limit is inspected as far as it has come, where such bodies pass', async () => {
  await using upstream = await startUpstream()
  const rules = smallRules
    .replaceAll('Limit 1048576', 'Limit 20000')
    .replace('BodyLimitAction Reject', 'BodyLimitAction ProcessPartial')
  await using edge = await startTestEdge({ upstreams: [upstream.url], rules })
  const post = (url: string, body: Buffer, encoding = 'gzip') =>
    fetch(url, {
      method: 'POST',
      body: new Uint8Array(body),
      headers: { ...form, 'content-encoding': encoding },
    })
  const attack = gzipSync(`id=1 union select 2&p=${noise}`)
  const honest = gzipSync(`id=1&p=${noise}`)
  assert.equal((await post(edge.url, attack)).status, 403)
  assert.equal((await post(edge.url, honest, 'br')).status, 415)
  assert.equal((await post(edge.url, Buffer.from(noise))).status, 400)
  assert.equal(upstream.seen.length, 0)
  assert.equal((await post(edge.url, honest)).status, 200)
  assert.equal(upstream.seen[0]?.body, honest.toString('latin1'))
  await using lax = await startTestEdge({
    upstreams: [upstream.url],
    rules: smallRules.replaceAll('Limit 1048576', 'Limit 20000'),
    site: { mode: 'monitor' },
  })
  assert.equal((await post(lax.url, attack)).status, 200)
  assert.deepEqual(
    lax.hits().map((hit) => [hit.attack_type, hit.action]),
    [['sqli', 'monitored']],
  )
})

test('of a zipped answer that is larger than the limit, zipped or not, the beginning is inspected', async () => {
  const leak = 'root:x:0:0:root:/root:/bin/bash\n'
  const pages: Record<string, string> = {
    '/plain': leak + 'lorem ipsum '.repeat(200_000),
    '/zip': leak + noise,
    '/honest': noise,
  }
  await using upstream = await startUpstream((request, response) => {
    response.setHeader('content-type', 'text/plain')
    response.setHeader('content-encoding', 'gzip')
    response.end(gzipSync(pages[request.url ?? ''] ?? ''))
  })
  await using edge = await startTestEdge({
    upstreams: [upstream.url],
    settings: { limits: { inspect_body: '256KiB' } },
  })
  assert.equal((await fetch(`${edge.url}/plain`)).status, 403)
  assert.equal((await fetch(`${edge.url}/zip`)).status, 403)
  const honest = await fetch(`${edge.url}/honest`)
  assert.equal(honest.status, 200)
  assert.equal(await honest.text(), noise)
})

test('encodings that could not be inspected in the answer are not asked for', async () => {
  await using upstream = await startUpstream()
  await using edge = await startTestEdge({ upstreams: [upstream.url] })
  await rawExchange(
    edge.port,
    'GET / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: br, gzip;q=0.5, zstd\r\nConnection: close\r\n\r\n',
  )
  const headers: readonly string[] = upstream.seen[0]?.headers ?? []
  assert.equal(headers[headers.indexOf('Accept-Encoding') + 1], 'gzip;q=0.5')
})

/** Rules whose engine fails in phase 2. */
function brokenRules(): Ruleset {
  const ruleset = rulesFrom(smallRules)
  return {
    ...ruleset,
    begin(start) {
      const transaction = ruleset.begin(start)
      transaction.requestBody = () => {
        throw new Error('planted')
      }
      return transaction
    },
  }
}

test('an engine that fails is recorded and follows the site: refuse or pass', async () => {
  await using upstream = await startUpstream()
  for (const [on_fault, status, action] of [
    ['refuse', 500, 'refused'],
    ['pass', 200, 'monitored'],
  ] as const) {
    await using edge = await startTestEdge({
      upstreams: [upstream.url],
      site: { on_fault },
      ruleset: brokenRules(),
    })
    assert.equal((await fetch(edge.url)).status, status)
    assert.deepEqual(
      edge.hits().map((hit) => [hit.attack_type, hit.action]),
      [['engine_fault', action]],
    )
    assert.equal(edge.report().sites['test']?.faults, 1)
  }
})

test('rules that take too long: refused in block, passed in monitor, recorded in both', async () => {
  await using upstream = await startUpstream()
  const slow = rulesFrom(smallRules)
  const ruleset: Ruleset = {
    ...slow,
    begin(start) {
      const transaction = slow.begin(start)
      const { requestHeaders } = transaction
      transaction.requestHeaders = () => {
        const end = performance.now() + 15
        while (performance.now() < end);
        return requestHeaders.call(transaction)
      }
      return transaction
    },
  }
  const settings = { limits: { inspect_ms: 10 } }
  for (const [mode, status, action] of [
    ['block', 403, 'blocked'],
    ['monitor', 200, 'monitored'],
  ] as const) {
    await using edge = await startTestEdge({
      upstreams: [upstream.url],
      site: { mode },
      ruleset,
      settings,
    })
    assert.equal((await fetch(edge.url)).status, status)
    assert.deepEqual(
      edge.hits().map((hit) => [hit.attack_type, hit.action]),
      [['overlimit_res', action]],
    )
    assert.equal(edge.report().sites['test']?.overlimits_time, 1)
  }
})
