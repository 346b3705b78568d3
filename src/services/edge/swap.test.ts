import assert from 'node:assert/strict'
import { Agent, request } from 'node:http'
import { test } from 'node:test'
import { RecordedRequest } from '#model/replay.ts'
import { startTestEdge, startUpstream } from './edge.fixture.ts'

const attack = '/?q=1+union+select+2'

function get(port: number, path: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, agent }, (answer) => {
      answer.resume()
      answer.once('end', () => resolve(answer.statusCode ?? 0))
    })
    sent.once('error', reject)
    sent.end()
  })
}

test('a policy is swapped under traffic: no request fails, kept connections live on, the next request meets the new one', async () => {
  await using upstream = await startUpstream()
  await using edge = await startTestEdge({ upstreams: [upstream.url] })
  using agent = Object.assign(new Agent({ keepAlive: true, maxSockets: 4 }), {
    [Symbol.dispose]: () => agent.destroy(),
  })
  let is_over = false
  const statuses = new Map<number, number>()
  const client = async (): Promise<void> => {
    while (!is_over) {
      const status = await get(edge.port, '/', agent)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
  }
  const clients = [client(), client(), client()]
  const upstreams = [{ url: upstream.url }]
  for (let i = 0; i < 20; i++) {
    const mode = i % 2 === 0 ? 'monitor' : 'block'
    edge.swap({ sites: [{ name: 'test', hosts: ['*'], mode, upstreams }] })
    assert.equal(await get(edge.port, attack, agent), mode === 'block' ? 403 : 200)
  }
  is_over = true
  await Promise.all(clients)
  assert.deepEqual([...statuses.keys()], [200])
  const asked = [...statuses.values()].reduce((sum, n) => sum + n, 0)
  assert.equal(edge.report().sites['test']?.requests, asked + 20)
})

test('an exchange ends under the policy it began with; a pool lives on as long as someone needs it', async () => {
  const held: (() => void)[] = []
  await using upstream = await startUpstream((incoming, response) => {
    if (incoming.url === '/slow') held.push(() => response.end('late'))
    else response.end('root:x:0:0')
  })
  await using edge = await startTestEdge({ upstreams: [upstream.url] })
  const bundle = edge.edge.policy?.bundle
  const slow = fetch(`${edge.url}/slow`)
  while (held.length === 0) await new Promise(setImmediate)
  edge.swap({ sites: [{ name: 'test', hosts: ['*'], upstreams: [{ url: 'http://127.0.0.1:9' }] }] })
  assert.notEqual(edge.edge.policy?.bundle, bundle)
  assert.equal((await fetch(edge.url)).status, 502, 'the new upstream is nobody')
  held[0]?.()
  const answer = await slow
  assert.equal(answer.status, 200)
  assert.equal(await answer.text(), 'late')
})

test('upstreams that did not change keep their pool and what it knows; a removed site keeps its counts', async () => {
  await using upstream = await startUpstream()
  const site = (name: string, url: string, more = {}) => ({
    name,
    hosts: [name],
    upstreams: [
      { url, max_fails: 1 },
      { url: 'http://127.0.0.1:9', max_fails: 1 },
    ],
    ...more,
  })
  await using edge = await startTestEdge({
    upstreams: [],
    sites: [site('a', upstream.url), site('b', upstream.url)],
  })
  const failsOf = (): number =>
    edge.edge.report().upstreams.reduce((sum, server) => sum + server.fails, 0)
  const askHost = (host: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port: edge.port, headers: { host }, agent: false })
      sent.once('error', reject)
      sent.once('response', (answer) => {
        answer.resume()
        answer.once('end', () => resolve(answer.statusCode ?? 0))
      })
      sent.end()
    })
  for (let i = 0; i < 4; i++) assert.equal(await askHost('a'), 200)
  assert.equal(await askHost('b'), 200)
  const fails = failsOf()
  assert.ok(fails > 0, 'the one that is nobody has failed')
  edge.swap({ sites: [site('a', upstream.url, { mode: 'monitor' })] })
  assert.ok(failsOf() > 0, 'and that is still known')
  assert.equal(await askHost('b'), 421)
  assert.equal(edge.report().sites['b']?.requests, 1)
  assert.equal(edge.report().sites['a']?.requests, 4)
})

test('a node without a policy answers 503 until the first one comes', async () => {
  await using upstream = await startUpstream()
  await using edge = await startTestEdge({ upstreams: [], is_bare: true })
  const answer = await fetch(edge.url)
  assert.equal(answer.status, 503)
  assert.match(await answer.text(), /no policy yet/)
  edge.swap({ sites: [{ name: 'a', hosts: ['*'], upstreams: [{ url: upstream.url }] }] })
  assert.equal((await fetch(edge.url)).status, 200)
})

test('a prepared policy that is replaced before it counts leaves nothing behind', async () => {
  await using upstream = await startUpstream()
  await using edge = await startTestEdge({ upstreams: [upstream.url] })
  const { policy } = edge.edge
  edge.edge.activate()
  assert.equal(edge.edge.policy, policy, 'nothing was prepared')
})

test('some requests without a finding are kept for replay, whole and in the shape of the model', async () => {
  await using upstream = await startUpstream()
  await using edge = await startTestEdge({ upstreams: [upstream.url] })
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  for (let i = 0; i < 5; i++)
    await fetch(`${edge.url}/save?a=1`, {
      method: 'POST',
      headers,
      body: 'text=hello&password=geheim',
    })
  await fetch(edge.url + attack)
  const [sample, ...more] = edge.samples()
  assert.ok(sample)
  assert.deepEqual(more, [], 'two a second')
  RecordedRequest.parse(sample)
  assert.equal(sample.request.method, 'POST')
  assert.match(sample.request.body, /^text=hello&password=\S{6}$/)
  assert.ok(!sample.request.body.includes('geheim'))
  await using none = await startTestEdge({
    upstreams: [upstream.url],
    settings: { sample_requests_per_s: 0 },
  })
  await fetch(none.url)
  assert.deepEqual(none.samples(), [])
})
