import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testClock } from '#base/clock.ts'
import { testCluster, testFiles } from '#parts/bundle/bundle.support.ts'
import { bundleFaults } from '#parts/bundle/faults.ts'
import { openShelf } from '#parts/bundle/shelf.ts'
import {
  cluster,
  connected,
  edgeIdentity,
  fakeServer,
  offer,
  testAgent,
  until,
} from './agent.support.ts'

test('a bundle that is offered is fetched, applied, kept and receipted; the next one costs one file', async () => {
  await using server = await fakeServer()
  await using node = testAgent([server.address])
  await connected(server)
  assert.deepEqual(server.hellos[0]?.bundle, null)
  const first = offer(server, 1)
  await until(() => server.receipts.length === 1)
  const [receipt] = server.receipts
  assert.deepEqual(
    { ...receipt, took_ms: 0 },
    { bundle: first.id, revision: 1, result: 'applied', took_ms: 0, code: '', message: '' },
  )
  assert.ok(Number(receipt?.took_ms) > 0)
  assert.equal(server.reports.at(-1)?.committing, 'stable')
  assert.deepEqual(server.reports.at(-1)?.bundle, { id: first.id, revision: 1 })
  assert.equal(server.asked.length, 5)
  const second = offer(server, 2)
  await until(() => server.receipts.length === 2)
  assert.equal(server.asked.length, 6)
  assert.deepEqual(node.applied, [1, 2])
  assert.equal(openShelf(node.dir, () => cluster.trust).active()?.bundle.id, second.id)
  assert.deepEqual(node.logged, ['agent.connected', 'bundle.activated', 'bundle.activated'])
  assert.deepEqual(node.agent.state().connected_to, server.address)
  assert.equal(node.agent.state().trouble, undefined)
  const at = '2026-01-01T00:00:00.000Z'
  server.say({ kind: 'nodes', nodes: [], at })
  await until(() => node.shelf.nodes()?.at === at)
})

test('a bundle that is offered again is receipted again and not applied again', async () => {
  await using server = await fakeServer()
  await using node = testAgent([server.address])
  await connected(server)
  offer(server, 1)
  await until(() => server.receipts.length === 1)
  offer(server, 1)
  await until(() => server.receipts.length === 2)
  assert.deepEqual(server.receipts[0], server.receipts[1])
  assert.deepEqual(node.applied, [1])
})

test('the node tells that it prepares and that it commits, while it does so', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  await using server = await fakeServer()
  await using node = testAgent([server.address], { apply: (_, usual) => promise.then(usual) })
  await connected(server)
  offer(server, 1)
  await until(() => server.reports.at(-1)?.committing === 'committing_changes')
  assert.equal(node.agent.state().committing, 'committing_changes')
  resolve()
  await until(() => server.reports.at(-1)?.committing === 'stable')
  const phases = new Set(server.reports.map((report) => report.committing))
  assert.deepEqual([...phases].slice(-2), ['preparing_to_commit', 'committing_changes'])
})

test('what is forged, damaged, foreign or too large is refused with its reason, and the line goes on', async () => {
  await using server = await fakeServer()
  await using node = testAgent([server.address])
  await connected(server)
  const good = cluster.commit(1, testFiles('a'))
  const changed = { ...good.head, message: 'another' }
  const huge = [{ ...good.head.files[0], size_bytes: 1024 ** 3 }]
  const outside = [{ ...good.head.files[0], path: '../../etc/passwd' }]
  const bad: [object, string][] = [
    [{ ...good, head: changed }, 'bundle.bad_signature'],
    [{ ...good, id: good.id.replace(/^./, (c) => (c === 'a' ? 'b' : 'a')) }, 'bundle.malformed'],
    [testCluster(cluster.trust.cluster_id).commit(1, testFiles('a')), 'bundle.foreign_signature'],
    [testCluster().commit(1, testFiles('a')), 'bundle.foreign_cluster'],
    [{ ...good, head: { ...good.head, files: huge } }, 'bundle.bad_signature'],
    [{ ...good, head: { ...good.head, files: outside } }, 'bundle.bad_path'],
  ]
  for (const [bundle] of bad) server.say({ kind: 'bundle', bundle })
  await until(() => server.receipts.length >= bad.length)
  assert.deepEqual(
    server.receipts.map((receipt) => receipt.code),
    bad.map(([, code]) => code),
  )
  assert.ok(server.receipts.every((receipt) => receipt.result === 'refused'))
  assert.equal(server.asked.length, 0)
  assert.match(node.agent.state().trouble ?? '', /leaves|files\.0\.path/)
  offer(server, 1)
  await until(() => node.applied.length === 1)
  assert.equal(node.agent.state().trouble, undefined)
  assert.equal(server.hellos.length, 1)
})

test('an older bundle that somebody replays is refused', async () => {
  await using server = await fakeServer()
  await using node = testAgent([server.address])
  await connected(server)
  offer(server, 5)
  await until(() => node.applied.length === 1)
  offer(server, 4)
  await until(() => server.receipts.length === 2)
  assert.equal(server.receipts[1]?.code, 'bundle.older_revision')
  offer(server, 5, 'another')
  await until(() => server.receipts.length === 3)
  assert.equal(server.receipts[2]?.code, 'bundle.revision_taken')
  assert.deepEqual(node.applied, [5])
})

test('a file that is longer, shorter, other or not there ends in a refusal, and not a byte too much is read', async () => {
  await using server = await fakeServer()
  await using node = testAgent([server.address])
  await connected(server)
  const files = testFiles('a', 0)
  const policy = cluster.commit(1, files).head.files[0]?.sha256 ?? ''
  let sent_bytes = 0
  const spoils: [string, (() => void) | undefined][] = [
    ['bundle.wrong_hash', () => server.files.set(policy, Buffer.from('{"name":"b"}'))],
    ['agent.cannot_fetch', () => server.files.set(policy, Buffer.from('{"name":"a"} '))],
    ['agent.cannot_fetch', () => server.files.set(policy, Buffer.from('{"'))],
    ['agent.cannot_fetch', () => server.files.delete(policy)],
    ['agent.cannot_fetch', undefined],
  ]
  for (const [i, [code, spoil]] of spoils.entries()) {
    server.put(files)
    spoil?.()
    if (!spoil)
      server.answer = (request, response) => {
        if (!request.url?.endsWith(policy)) return false
        // A gigabyte, in chunks, whatever was declared.
        const chunk = Buffer.alloc(65_536)
        const pour = () => {
          while (!response.destroyed && sent_bytes < 1024 ** 3) {
            sent_bytes += chunk.length
            if (!response.write(chunk)) return
          }
        }
        response.on('drain', pour).on('error', () => {})
        pour()
        return true
      }
    server.say({ kind: 'bundle', bundle: cluster.commit(i + 1, files) })
    await until(() => server.receipts.length > i)
    assert.equal(server.receipts[i]?.code, code)
  }
  assert.ok(sent_bytes < 16 * 1024 ** 2, `${sent_bytes} bytes`)
  assert.deepEqual(node.applied, [])
  server.answer = () => false
  offer(server, 9, 'a')
  await until(() => node.applied.length === 1)
})

test('a fault of the swap reaches the policy server by its code; a bug does not end the node', async () => {
  const faults: Error[] = [
    bundleFaults.shelf_full({ dir: '/x', why: 'ENOSPC' }),
    new TypeError('undefined is not a function'),
  ]
  await using server = await fakeServer()
  await using node = testAgent([server.address], {
    async apply(_, usual) {
      const fault = faults.shift()
      if (fault) throw fault
      usual()
    },
  })
  await connected(server)
  for (const revision of [1, 2, 3]) {
    offer(server, revision)
    await until(() => server.receipts.length === revision)
  }
  assert.deepEqual(
    server.receipts.map((receipt) => receipt.code),
    ['bundle.shelf_full', 'agent.unexpected', ''],
  )
  assert.match(server.receipts[0]?.message ?? '', /^Cannot write to the shelf/)
  assert.deepEqual(node.applied, [3])
})

test('a newer offer puts aside one whose files are still coming; one that is applied is finished first', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  await using server = await fakeServer()
  await using node = testAgent([server.address], {
    apply: (shelved, usual) =>
      shelved.bundle.head.revision === 2 ? promise.then(usual) : Promise.resolve(usual()),
  })
  await connected(server)
  // The files of revision 1 never come.
  server.answer = (request) => request.url?.startsWith('/v1/files/') ?? false
  offer(server, 1)
  await until(() => node.agent.state().committing === 'preparing_to_commit')
  server.answer = () => false
  offer(server, 2)
  await until(() => node.agent.state().committing === 'committing_changes')
  offer(server, 3)
  offer(server, 4)
  await until(() => server.reports.at(-1)?.committing === 'committing_changes')
  resolve()
  await until(() => node.applied.includes(4))
  assert.deepEqual(node.applied, [2, 4])
  await until(() => server.receipts.length === 2)
  assert.deepEqual(
    server.receipts.map((receipt) => receipt.revision),
    [2, 4],
  )
})

test('after a lost line the node comes back, says what it runs, and catches up', async () => {
  const clock = testClock()
  await using server = await fakeServer()
  await using node = testAgent([server.address], { clock })
  await connected(server)
  const first = offer(server, 1)
  await until(() => node.applied.length === 1)
  server.cut()
  await until(
    () => server.hellos.length === 2,
    () => clock.advance(node.agent.state().connected_to ? 0 : 50),
  )
  const hello = server.hellos[1]
  assert.deepEqual(hello?.bundle, { id: first.id, revision: 1 })
  assert.equal(hello?.revision_floor, 1)
  await connected(server, 2)
  offer(server, 2)
  await until(() => node.applied.length === 2)
  assert.ok(node.logged.includes('agent.disconnected'))
})

test('a receipt that could not be delivered reaches the next policy server', async () => {
  await using first = await fakeServer()
  await using second = await fakeServer()
  const { promise, resolve } = Promise.withResolvers<void>()
  await using node = testAgent([first.address, second.address], {
    apply: (_, usual) => promise.then(usual),
  })
  await connected(first)
  const bundle = offer(first, 1)
  await until(() => node.agent.state().committing === 'committing_changes')
  await first[Symbol.asyncDispose]()
  await connected(second)
  resolve()
  await until(() => second.receipts.length === 1)
  assert.equal(second.receipts[0]?.bundle, bundle.id)
})

test('a line on which nothing comes is given up after 15 s', async () => {
  const clock = testClock()
  await using server = await fakeServer()
  await using node = testAgent([server.address], { clock })
  await connected(server)
  await until(() => node.agent.state().connected_to)
  for (let s = 0; s < 12; s++) {
    await clock.advance(1_000)
    server.say({ kind: 'ping', at_ms: 0 })
    await until(() => server.reports.length > s)
  }
  assert.equal(server.hellos.length, 1)
  await until(
    () => node.logged.includes('agent.disconnected'),
    () => clock.advance(1_000),
  )
  assert.match(node.agent.state().trouble ?? '', /has been silent for 1\d{4} ms/)
})

test('a line that no schema fits ends the connection, which is made anew', async () => {
  const clock = testClock()
  await using server = await fakeServer()
  await using node = testAgent([server.address], { clock })
  const bad = [
    'no JSON',
    '{"kind":"dance"}',
    '{"kind":"ping","at_ms":1,"more":2}',
    '{"kind":"bundle","bundle":{},"more":2}',
    '{"kind":"bundle","bundle":{}}',
  ]
  for (const [i, text] of bad.entries()) {
    await until(
      () => server.streams.length > i,
      () => clock.advance(node.agent.state().connected_to ? 0 : 500),
    )
    await until(() => node.agent.state().connected_to)
    server.streams[i]?.write(`${text}\n`)
    await until(() => node.agent.state().connected_to === undefined)
    assert.match(node.agent.state().trouble ?? '', /^Cannot (understand|read)/)
  }
})

test('a node that is refused says so once and asks again after 30 s, also when the clock is set back', async () => {
  const clock = testClock()
  let back_ms = 0
  const set_back = { ...clock, now: () => clock.now() - back_ms }
  await using server = await fakeServer()
  let asked = 0
  server.answer = (_, response) => {
    asked += 1
    const problem = { type: 'x', title: 'Revoked', status: 403, code: 'notifier.revoked' }
    response.writeHead(403).end(JSON.stringify({ ...problem, detail: 'it was revoked' }))
    return true
  }
  await using node = testAgent([server.address], { clock: set_back })
  await until(() => node.agent.state().trouble)
  assert.match(node.agent.state().trouble ?? '', /it refuses this node \(403, it was revoked\)/)
  back_ms = 3_600_000
  const start = clock.now()
  await until(
    () => asked === 3,
    () => clock.advance(1_000),
  )
  const took_ms = clock.now() - start
  assert.ok(took_ms >= 60_000 && took_ms < 90_000, `${took_ms} ms`)
  await until(() => node.logged.length > 0)
  assert.deepEqual(node.logged, ['agent.refused'])
})

test('an outage is told once for each server, however long it lasts', async () => {
  const clock = testClock()
  await using server = await fakeServer()
  await using node = testAgent([server.address, '127.0.0.1:1', '127.0.0.1:2'], { clock })
  await connected(server)
  await until(() => node.agent.state().connected_to)
  await server[Symbol.asyncDispose]()
  const end = clock.now() + 60_000
  await until(
    () => clock.now() > end,
    () => clock.advance(500),
  )
  assert.deepEqual(node.logged.slice(0, 2), ['agent.connected', 'agent.disconnected'])
  assert.deepEqual(node.logged.slice(2), new Array(3).fill('agent.not_connected'))
})

test('another server takes over when the first is away, and our own is asked first', async () => {
  await using first = await fakeServer()
  await using second = await fakeServer()
  await using node = testAgent([first.address], { local_policy_server: second.address })
  await connected(second)
  assert.equal(first.hellos.length, 0)
  await second[Symbol.asyncDispose]()
  await connected(first)
  await until(() => node.agent.state().connected_to === first.address)
})

test('an edge of the same cluster that poses as a policy server is not listened to', async () => {
  await using impostor = await fakeServer(await edgeIdentity())
  await using node = testAgent([impostor.address])
  await until(() => node.agent.state().trouble)
  assert.match(node.agent.state().trouble ?? '', /^Cannot reach the policy server/)
  assert.equal(impostor.hellos.length, 0)
})

test('a certificate near its end is renewed by the server of the line', async () => {
  const clock = testClock(Date.UTC(2099, 0, 1))
  await using server = await fakeServer()
  await using node = testAgent([server.address], { clock })
  await until(() => node.renewed.length === 1)
  assert.deepEqual(node.renewed, [server.address])
})

test('a node without any address says so and waits', async () => {
  await using node = testAgent(['not an address'])
  assert.match(node.agent.state().trouble ?? '', /knows no address/)
})
