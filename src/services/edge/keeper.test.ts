import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { IntakeRecord } from '#model/intake.ts'
import { NodeStatus } from '#model/node.ts'
import { TrafficSample } from '#model/traffic.ts'
import { openSpool } from '#parts/spool/spool.ts'
import { siteCounters } from './counters.ts'
import { testWorld } from './edge.fixture.ts'
import { readinessOf, readinessText } from './keeper/readiness.ts'
import { type Keeper, startKeeper } from './keeper.ts'
import type { WorkerReport } from './report.ts'
import { EdgeSettings } from './settings.ts'

const root = mkdtempSync(join(tmpdir(), 'keeper-'))
after(() => rmSync(root, { recursive: true, force: true }))

function reportOf(worker_id: string, requests: number): WorkerReport {
  const sites = { shop: { ...siteCounters(), requests, attacks: 2, blocked: 1, bytes_in: 10 } }
  return {
    worker_id,
    pid: 1,
    bundle: 'b',
    rss_bytes: 1,
    sites,
    turned_away: { connections: 0, proxy_header: 0, tls: 0 },
    lost: 1,
    unrecorded: 0,
    hits: { 'sqli/blocked': 1 },
    upstreams: [],
    connections: 3,
    held_bytes: 0,
  }
}

/** Analytics as an edge sees it: it takes what it is given, or answers 503. */
async function fakeAnalytics() {
  const state = {
    records: [] as IntakeRecord[],
    statuses: [] as unknown[],
    is_away: false,
    is_older: false,
  }
  const server = createServer((req, res) => {
    let body = ''
    req.on('data', (chunk) => (body += chunk))
    req.on('end', () => {
      if (state.is_older) {
        res.writeHead(426).end()
      } else if (state.is_away) {
        res.writeHead(503).end()
      } else if (req.url === '/v1/records') {
        const { records } = JSON.parse(body) as { records: IntakeRecord[] }
        state.records.push(...records)
        res.end(JSON.stringify({ stored: records.length, rejected: [] }))
      } else {
        state.statuses.push(JSON.parse(body))
        res.writeHead(204).end()
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    state,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

function start(name: string, analytics: string): Promise<Keeper> {
  return startKeeper(
    EdgeSettings.parse({ admin: '127.0.0.1:0' }),
    {
      node: 'node-1',
      version: '0.0.0',
      startid: '00000000-0000-4000-8000-000000000000',
      spool_root: join(root, name),
      analytics: () => [analytics.replace('http://', '')],
      tls: () => undefined,
      cluster: () => ({ nodes: [], at: null, agent: null }),
      facts: () => ({
        bundle: 'b',
        rule_set: 'r',
        rules: 3,
        applied_at_ms: 0,
        workers: [],
        revision: 3,
        lists_revision: 4,
        agent: null,
        last_reload: null,
        is_edge: true,
      }),
    },
    testWorld(),
  )
}

function get(
  port: number,
  path: string,
  host = `127.0.0.1:${port}`,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const req = request({ port, host: '127.0.0.1', path, headers: { host } }, (res) => {
      let text = ''
      res.on('data', (chunk) => (text += chunk))
      res.on('end', () => resolve({ status: res.statusCode ?? 0, text }))
    })
    req.on('error', reject)
    req.end()
  })
}

test('a dead worker takes none of its counts away', async () => {
  await using analytics = await fakeAnalytics()
  await using keeper = await start('sums', analytics.url)
  keeper.onReport('a', reportOf('a', 10))
  keeper.onReport('b', reportOf('b', 5))
  assert.equal(keeper.status().requests, 15)
  keeper.onWorkerGone('a')
  assert.equal(keeper.status().requests, 15)
  keeper.onReport('c', reportOf('c', 1))
  const status = keeper.status()
  assert.equal(status.requests, 16)
  assert.equal(status.lost, 3)
  assert.deepEqual(status.split, [
    { site: 'shop', requests: 16, attacks: 6, blocked: 3, time_detect: 0 },
  ])
  NodeStatus.parse(status)
})

test('records of every spool arrive, in order, and the spools of dead workers go away', async () => {
  await using analytics = await fakeAnalytics()
  const dir = join(root, 'carry', 'w1')
  {
    using spool = openSpool(dir, { size_bytes_max: 1e6 })
    for (let i = 0; i < 700; i++) spool.append(JSON.stringify({ kind: 'hit', hit: { id: i } }))
  }
  await using keeper = await start('carry', analytics.url)
  keeper.onReport('w2', reportOf('w2', 10))
  await keeper.flush(5000)
  const hits = analytics.state.records.filter((r) => r.kind === 'hit').map((r) => r.hit.id)
  assert.deepEqual(
    hits,
    Array.from({ length: 700 }, (_, i) => i),
  )
  const samples = analytics.state.records.filter((r) => r.kind === 'traffic').map((r) => r.traffic)
  assert.equal(samples.length, 1)
  const sample = TrafficSample.parse(samples[0])
  assert.deepEqual([sample.site, sample.requests, sample.bytes_in], ['shop', 10, 10])
  assert.ok(!existsSync(dir), 'the spool of a worker that is gone is removed once delivered')
  assert.equal(keeper.status().deferred, 0)
})

test('events have a spool of their own; an analytics that is older than the edge is told as such', async () => {
  await using analytics = await fakeAnalytics()
  analytics.state.is_older = true
  await using keeper = await start('events', analytics.url)
  const event = {
    id: '0199f3c1-7a52-7c3e-9d0e-6b1f0c2d3e4f',
    at: '2026-01-01T00:00:00.000Z',
    hlc: '001767225600000.00001',
    node: 'node-1',
    severity: 'notice' as const,
    name: 'bundle.activated',
    message: 'Bundle 2-aaaa is enforced',
    fields: { revision: 2 },
  }
  assert.ok(keeper.keepEvent(event))
  await keeper.flush(2000)
  const { delivery_trouble } = keeper.status()
  assert.match(delivery_trouble ?? '', /analytics is older than this edge/)
  analytics.state.is_older = false
  await keeper.flush(2000)
  assert.deepEqual(analytics.state.records, [{ kind: 'event', event }])
  assert.equal(keeper.status().delivery_trouble, null)
})

test('while analytics is away records wait, and arrive once when it is back', async () => {
  await using analytics = await fakeAnalytics()
  analytics.state.is_away = true
  await using keeper = await start('away', analytics.url)
  using spool = openSpool(join(root, 'away', 'w1'), { size_bytes_max: 1e6 })
  spool.append(JSON.stringify({ kind: 'hit', hit: { id: 'x' } }))
  await keeper.flush(1000)
  assert.equal(keeper.status().deferred, 1)
  const ready = await get(keeper.admin.port, '/readyz?verbose')
  assert.match(ready.text, /\[~\]analytics degraded/)
  analytics.state.is_away = false
  await keeper.flush(5000)
  assert.equal(analytics.state.records.filter((r) => r.kind === 'hit').length, 1)
  assert.equal(keeper.status().deferred, 0)
})

test('the admin port answers this machine under loopback names only', async () => {
  await using analytics = await fakeAnalytics()
  await using keeper = await start('admin', analytics.url)
  keeper.onReport('a', reportOf('a', 10))
  const { port } = keeper.admin
  const status = await get(port, '/gatehouse-status')
  assert.equal(status.status, 200)
  assert.equal(NodeStatus.parse(JSON.parse(status.text)).requests, 10)
  assert.equal((await get(port, '/gatehouse-status', 'evil.example')).status, 403)
  assert.equal((await get(port, '/gatehouse-status', '127.0.0.1.evil.example')).status, 403)
  assert.equal((await get(port, '/gatehouse-status', 'localhost')).status, 200)
  assert.equal((await get(port, '/livez')).text, 'ok\n')
  assert.equal((await get(port, '/readyz')).status, 503, 'no worker is ready')
  assert.equal((await get(port, '/other')).status, 404)
})

test('metrics follow the sums and never go back', async () => {
  await using analytics = await fakeAnalytics()
  await using keeper = await start('metrics', analytics.url)
  keeper.onReport('a', reportOf('a', 10))
  const { port } = keeper.admin
  const first = (await get(port, '/metrics')).text
  assert.match(first, /gatehouse_requests_total\{plane="edge",site="shop",action="allowed"\} 9/)
  assert.match(first, /gatehouse_requests_total\{plane="edge",site="shop",action="blocked"\} 1/)
  assert.match(first, /gatehouse_attacks_total\{type="sqli",action="blocked"\} 1/)
  assert.match(first, /gatehouse_edge_inspect_seconds_bucket\{le="\+Inf"\} 0/)
  keeper.onReport('a', reportOf('a', 12))
  keeper.onWorkerGone('a')
  const second = (await get(port, '/metrics')).text
  assert.match(second, /gatehouse_requests_total\{plane="edge",site="shop",action="allowed"\} 11/)
})

test('readiness: only the want of workers takes a node out', () => {
  const good = {
    workers: 2,
    workers_ready: 1,
    is_edge: true,
    has_policy: true,
    is_losing: false,
    is_analytics_reachable: true,
    deferred: 0,
    upstreams: 1,
    upstreams_up: 1,
  }
  assert.equal(readinessText(readinessOf(good), false), 'ok\n')
  const bad = { ...good, is_losing: true, is_analytics_reachable: false, upstreams_up: 0 }
  assert.ok(readinessOf(bad).is_ready)
  assert.ok(!readinessOf({ ...good, workers_ready: 0 }).is_ready)
})
