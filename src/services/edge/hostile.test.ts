import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { rawExchange, startTestEdge, startUpstream } from './edge.fixture.ts'

const post = (headers: string) => `POST / HTTP/1.1\r\nHost: a\r\n${headers}\r\n`
const form = 'Content-Type: application/x-www-form-urlencoded\r\n'

/**
 * Opens `count` connections from different addresses, each sending `bytes`; tells how each one
 * ended.
 */
async function crowd(port: number, count: number, bytes: string) {
  const answers: string[] = []
  const sockets: Socket[] = []
  const ends: Promise<unknown>[] = []
  for (let i = 0; i < count; i++) {
    const localAddress = `127.0.${1 + (i >> 8)}.${1 + (i % 250)}`
    const socket = connect({ port, host: '127.0.0.1', localAddress })
    socket.on('error', () => {})
    socket.write(bytes)
    let text = ''
    socket.on('data', (chunk) => (text += chunk))
    socket.on('close', () => answers.push(text))
    ends.push(once(socket, 'close'))
    sockets.push(socket)
    if (i % 100 === 99) await new Promise((resolve) => setImmediate(resolve))
  }
  return { sockets, answers, ended: Promise.all(ends) }
}

test('1,000 clients that send their header slowly and 1,000 that send their body slowly hold up nobody', async (t) => {
  await using upstream = await startUpstream((_q, r) => r.end('ok'))
  await using edge = await startTestEdge({
    upstreams: [upstream.url],
    settings: { timeouts: { header: '2s', body: '2s' } },
  })
  await fetch(edge.url)
  const before = process.memoryUsage.rss()
  const slow_heads = await crowd(edge.port, 1000, 'GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ')
  const slow_bodies = await crowd(edge.port, 1000, `${post(`${form}Content-Length: 1000\r\n`)}a=`)
  const times: number[] = []
  for (let i = 0; i < 50; i++) {
    const started = performance.now()
    assert.equal((await fetch(`${edge.url}/?i=${i}`)).status, 200)
    times.push(performance.now() - started)
  }
  times.sort((a, b) => a - b)
  const [median, worst] = [times[25] ?? 0, times[49] ?? 0]
  const grown = process.memoryUsage.rss() - before
  t.diagnostic(
    `honest requests: median ${median.toFixed(1)} ms, worst ${worst.toFixed(1)} ms; memory grew by ${(grown / 1e6).toFixed(0)} MB`,
  )
  assert.ok(median < 250, `half of the honest requests took more than ${median} ms`)
  // Both ends of 2,000 connections live in this process.
  assert.ok(grown < 150e6, `memory grew by ${grown} bytes`)
  await Promise.all([slow_heads.ended, slow_bodies.ended])
  assert.ok(slow_heads.answers.every((answer) => answer.startsWith('HTTP/1.1 408 ')))
  assert.ok(slow_bodies.answers.every((answer) => answer.startsWith('HTTP/1.1 408 ')))
  // The client's end closes a moment before the edge's.
  while (edge.report().held_bytes > 0) await new Promise((resolve) => setImmediate(resolve))
  assert.equal(edge.report().sites['-']?.abnormal, 1000)
  assert.equal(edge.report().sites['test']?.abnormal, 1000)
})

test('1 GB announced and one byte sent: refused by its size, or given up by the clock', async () => {
  await using upstream = await startUpstream()
  await using edge = await startTestEdge({
    upstreams: [upstream.url],
    settings: { timeouts: { body: '300ms' } },
    site: { body_size_max: '2GiB' },
  })
  await using small = await startTestEdge({ upstreams: [upstream.url] })
  const bytes = `${post(`${form}Content-Length: 1000000000\r\n`)}a`
  assert.match(await rawExchange(small.port, bytes), /^HTTP\/1\.1 413 /)
  assert.match(await rawExchange(edge.port, bytes), /^HTTP\/1\.1 408 /)
  assert.equal(upstream.seen.length, 0)
})

test('a body without length is held to body_size_max too, also where the rules would look further', async () => {
  await using upstream = await startUpstream()
  for (const mode of ['block', 'monitor', 'off']) {
    await using edge = await startTestEdge({
      upstreams: [upstream.url],
      site: { body_size_max: '10KiB', mode },
    })
    const seen = upstream.seen.length
    const send = (size: number) =>
      rawExchange(
        edge.port,
        `${post(`${form}Connection: close\r\nTransfer-Encoding: chunked\r\n`)}${size.toString(16)}\r\n${'x'.repeat(size)}\r\n0\r\n\r\n`,
      )
    assert.match(await send(10_240), /^HTTP\/1\.1 200 /, mode)
    assert.match(await send(10_241), /^HTTP\/1\.1 413 /, mode)
    assert.match(await send(50_000), /^HTTP\/1\.1 413 /, mode)
    if (mode !== 'off') assert.equal(upstream.seen.length, seen + 1, mode)
  }
})

test('a client may have so many connections and no more; others are not concerned', async () => {
  await using upstream = await startUpstream()
  await using edge = await startTestEdge({
    upstreams: [upstream.url],
    settings: { limits: { connections_per_client: 3 } },
  })
  const sockets: Socket[] = []
  for (let i = 0; i < 3; i++)
    sockets.push(connect({ port: edge.port, host: '127.0.0.1', localAddress: '127.0.0.9' }))
  await Promise.all(sockets.map((socket) => once(socket, 'connect')))
  await new Promise((resolve) => setTimeout(resolve, 50))
  const fourth = connect({ port: edge.port, host: '127.0.0.1', localAddress: '127.0.0.9' })
  fourth.on('error', () => {})
  await once(fourth, 'close')
  assert.equal(edge.report().turned_away.connections, 1)
  assert.equal((await fetch(edge.url)).status, 200)
  sockets[0]?.destroy()
  await new Promise((resolve) => setTimeout(resolve, 50))
  const fifth = connect({ port: edge.port, host: '127.0.0.1', localAddress: '127.0.0.9' })
  fifth.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  assert.match(String((await once(fifth, 'data'))[0]), /^HTTP\/1\.1 200 /)
  for (const socket of [...sockets, fifth]) socket.destroy()
})

test('the memory for bodies has a bound: beyond it there is 503, and what is given back can be used again', async () => {
  await using upstream = await startUpstream()
  await using edge = await startTestEdge({
    upstreams: [upstream.url],
    settings: { limits: { buffered_bodies: '64KiB' } },
  })
  const holder = connect(edge.port, '127.0.0.1')
  holder.write(`${post(`${form}Content-Length: 50000\r\n`)}${'a'.repeat(40_000)}`)
  await new Promise((resolve) => setTimeout(resolve, 100))
  const body = `q=${'b'.repeat(40_000)}`
  const send = () =>
    fetch(edge.url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
  const refused = await send()
  assert.equal(refused.status, 503)
  assert.ok(refused.headers.get('retry-after'))
  holder.destroy()
  await new Promise((resolve) => setTimeout(resolve, 100))
  assert.equal((await send()).status, 200)
  while (edge.report().held_bytes > 0) await new Promise((resolve) => setImmediate(resolve))
})

test('a flood of refusals is counted in full and recorded in part', async () => {
  await using upstream = await startUpstream()
  await using edge = await startTestEdge({ upstreams: [upstream.url] })
  for (let i = 0; i < 60; i++) await rawExchange(edge.port, 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n')
  const { sites, unrecorded } = edge.report()
  assert.equal(sites['-']?.abnormal, 60)
  const recorded = edge.hits().length
  assert.equal(recorded + unrecorded, 60)
  assert.ok(recorded >= 5 && recorded < 60, `${recorded} recorded`)
})

test('bodies made to break parsers: each gets an answer, none of them a fault', async () => {
  await using upstream = await startUpstream((q, r) => q.resume().on('end', () => r.end('ok')))
  await using edge = await startTestEdge({ upstreams: [upstream.url] })
  const fields = Array.from({ length: 10_000 }, (_, i) => `f${i}=v`).join('&')
  const part = '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n'
  const cases: readonly (readonly [string, string, string])[] = [
    ['10,000 fields', 'application/x-www-form-urlencoded', fields],
    ['JSON 10,000 deep', 'application/json', '['.repeat(10_000)],
    ['JSON 10,000 deep and closed', 'application/json', '['.repeat(10_000) + ']'.repeat(10_000)],
    ['JSON that breaks off', 'application/json', '{"a":'],
    ['multipart with another boundary', 'multipart/form-data; boundary=c', part],
    ['multipart without end', 'multipart/form-data; boundary=b', part],
    ['multipart without boundary', 'multipart/form-data', part],
    ['invalid UTF-8', 'application/x-www-form-urlencoded', 'a=\xff\xfe%ff%c0%af'],
    ['NUL bytes', 'application/x-www-form-urlencoded', 'a=\0\0%00'],
    ['XML with a bomb', 'text/xml', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ['nothing', 'application/json', ''],
  ]
  for (const [name, type, body] of cases) {
    const answer = await fetch(edge.url, {
      method: 'POST',
      body: new Uint8Array(Buffer.from(body, 'latin1')),
      headers: { 'content-type': type },
    })
    assert.ok([200, 400, 403].includes(answer.status), `${name}: ${answer.status}`)
  }
  assert.equal(edge.report().sites['test']?.faults, 0)
  assert.equal(edge.report().sites['test']?.requests, cases.length)
})

test('a spool that takes nothing more: traffic flows, what is lost is counted', async () => {
  await using upstream = await startUpstream()
  await using edge = await startTestEdge({
    upstreams: [upstream.url],
    settings: { spool_size_max: '16KiB' },
  })
  for (let i = 0; i < 100; i++)
    assert.equal((await fetch(`${edge.url}/?q=1+union+select+${i}`)).status, 403)
  assert.equal((await fetch(edge.url)).status, 200)
  const { lost } = edge.report()
  assert.ok(lost > 0)
  assert.equal(edge.hits().length + lost, 100)
})

test('random bytes on the socket never stop the edge', async () => {
  await using upstream = await startUpstream()
  await using edge = await startTestEdge({ upstreams: [upstream.url] })
  let state = 7
  const random = (n: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return state % n
  }
  const seeds = [
    'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
    post(`${form}Content-Length: 5\r\n`),
    post('Transfer-Encoding: chunked\r\n'),
  ]
  const all: Promise<string>[] = []
  for (let i = 0; i < 300; i++) {
    const bytes = [...`${seeds[random(3)]}5\r\nhello\r\n0\r\n\r\n`]
    for (let k = random(4); k >= 0; k--)
      bytes.splice(random(bytes.length), random(3), String.fromCharCode(random(256)))
    all.push(rawExchange(edge.port, bytes.join(''), 200).catch(() => ''))
    if (all.length % 50 === 0) await Promise.all(all)
  }
  await Promise.all(all)
  assert.equal((await fetch(edge.url)).status, 200)
  const faults = Object.values(edge.report().sites).reduce((sum, site) => sum + site.faults, 0)
  assert.equal(faults, 0)
})
