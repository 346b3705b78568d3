import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testClock } from '#base/clock.ts'
import { Upstream } from '#model/site.ts'
import { type UpstreamPool, type UpstreamServer, upstreamPool } from './pool.ts'

const timeouts = { connect_ms: 1000, response_ms: 1000 }

function poolOf(servers: readonly Record<string, unknown>[], clock = testClock()) {
  const upstreams = servers.map((server, i) =>
    Upstream.parse({ url: `http://127.0.0.1:${i + 1}`, ...server }),
  )
  return { pool: upstreamPool(upstreams, timeouts, clock), clock }
}

function take(pool: UpstreamPool, tried: readonly UpstreamServer[] = []): UpstreamServer {
  const server = pool.take(tried)
  assert.ok(server !== undefined && server !== 'busy')
  return server
}

function turn(pool: UpstreamPool, outcome: 'answered' | 'failed'): string {
  const server = take(pool)
  pool.release(server, outcome)
  return server.url.slice(-1)
}

test('servers take turns', () => {
  const { pool } = poolOf([{}, {}, {}])
  assert.equal(Array.from({ length: 6 }, () => turn(pool, 'answered')).join(''), '123123')
})

test('max_fails failures within fail_timeout put a server out for fail_timeout, then it gets one try', async () => {
  const { pool, clock } = poolOf([{ max_fails: 2, fail_timeout: '10s' }, {}])
  const [first] = pool.servers
  assert.ok(first)
  for (const _ of [1, 2]) {
    while (take(pool) !== first);
    pool.release(first, 'failed')
  }
  assert.equal(pool.isUp(first), false)
  assert.equal(Array.from({ length: 4 }, () => turn(pool, 'answered')).join(''), '2222')
  await clock.advance(10_001)
  assert.equal(pool.isUp(first), true)
  const urls = Array.from({ length: 4 }, () => turn(pool, 'failed'))
  assert.equal(urls.filter((url) => url === '1').length, 1, 'one failure puts it out again')
})

test('a success after the window forgets old failures; failures far apart never add up', async () => {
  const { pool, clock } = poolOf([{ max_fails: 2, fail_timeout: '10s' }, {}])
  const [first] = pool.servers
  assert.ok(first)
  for (let i = 0; i < 5; i++) {
    while (take(pool) !== first);
    pool.release(first, 'failed')
    await clock.advance(10_001)
    while (take(pool) !== first);
    pool.release(first, 'answered')
    assert.equal(first.fails, 0)
    assert.ok(pool.isUp(first))
  }
})

test('max_fails 0 and a single server are never out', () => {
  const { pool } = poolOf([{ max_fails: 0 }, { max_fails: 1 }])
  for (let i = 0; i < 10; i++) turn(pool, 'failed')
  assert.ok(pool.servers[0] && pool.isUp(pool.servers[0]))
  const { pool: single } = poolOf([{ max_fails: 1 }])
  for (let i = 0; i < 10; i++) assert.equal(turn(single, 'failed'), '1')
})

test('backups serve only while all others are out', async () => {
  const { pool, clock } = poolOf([{ max_fails: 1, fail_timeout: '5s' }, { backup: true }])
  assert.equal(turn(pool, 'answered'), '1')
  assert.equal(turn(pool, 'failed'), '1')
  assert.equal(turn(pool, 'answered') + turn(pool, 'answered'), '22')
  await clock.advance(5001)
  assert.equal(turn(pool, 'answered'), '1')
})

test('when all are out, all are tried again', () => {
  const { pool } = poolOf([{ max_fails: 1 }, { max_fails: 1 }])
  turn(pool, 'failed')
  turn(pool, 'failed')
  assert.equal(new Set([turn(pool, 'answered'), turn(pool, 'answered')]).size, 2)
})

test('one request never gets the same server twice', () => {
  const { pool } = poolOf([{}, {}])
  const first = take(pool)
  const second = take(pool, [first])
  assert.notEqual(first, second)
  assert.equal(pool.take([first, second]), undefined)
})

test('max_conns: a full server is passed over; when all are full the answer is busy', () => {
  const { pool } = poolOf([{ max_conns: 1 }, { max_conns: 1 }])
  const one = take(pool)
  const two = take(pool)
  assert.notEqual(one, two)
  assert.equal(pool.take([]), 'busy')
  pool.release(one, 'answered')
  assert.equal(take(pool), one)
})

function fill(pool: UpstreamPool): UpstreamServer[] {
  const taken: UpstreamServer[] = []
  for (;;) {
    const server = pool.take([])
    if (server === undefined || server === 'busy') return taken
    taken.push(server)
  }
}

test('a server without max_conns is bounded too; who finds it busy waits in line for a place', () => {
  const { pool } = poolOf([{}])
  const [server, ...others] = fill(pool)
  assert.ok(server)
  assert.equal(others.length, 1023)
  const called: string[] = []
  const retry = (name: string) => () => void called.push(`${name} on ${take(pool).url.slice(-1)}`)
  const giveUp = () => void called.push('gave up')
  pool.wait(retry('first'), giveUp)
  const second = pool.wait(retry('second'), giveUp)
  pool.wait(retry('third'), giveUp)
  second?.[Symbol.dispose]()
  for (let i = 0; i < 3; i++) pool.release(server, 'answered')
  assert.deepEqual(called, ['first on 1', 'third on 1'])
  take(pool)
  assert.equal(pool.take([]), 'busy')
})

test('who waits for a place gives up after connect_ms, once', async () => {
  const { pool, clock } = poolOf([{}])
  const [server] = fill(pool)
  assert.ok(server)
  const called: string[] = []
  pool.wait(
    () => void called.push('retry'),
    () => void called.push('gave up'),
  )
  await clock.advance(999)
  assert.deepEqual(called, [])
  await clock.advance(2)
  pool.release(server, 'answered')
  assert.deepEqual(called, ['gave up'])
})

test('the line has an end, and a max_conns that was set has none', () => {
  const nothing = (): void => {}
  const { pool } = poolOf([{}])
  for (let i = 0; i < 1024; i++) assert.ok(pool.wait(nothing, nothing))
  assert.equal(pool.wait(nothing, nothing), undefined)
  assert.equal(poolOf([{ max_conns: 1 }]).pool.wait(nothing, nothing), undefined)
})

test('a single server is always tried, but people are told when it fails', async () => {
  const clock = testClock()
  const only = Upstream.parse({ url: 'http://127.0.0.1:1', fail_timeout: '30s' })
  await using pool = upstreamPool([only], { connect_ms: 1, response_ms: 1 }, clock)
  const turn = (outcome: 'answered' | 'failed') => {
    const server = pool.take([])
    assert.ok(server && server !== 'busy')
    pool.release(server, outcome)
    return [pool.isUp(server), pool.isWell(server)]
  }
  assert.deepEqual(turn('answered'), [true, true])
  await clock.advance(10)
  assert.deepEqual(turn('failed'), [true, false])
  await clock.advance(10)
  assert.deepEqual(turn('answered'), [true, true])
})
