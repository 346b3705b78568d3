import assert from 'node:assert/strict'
import cluster from 'node:cluster'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { closeLostHandoffs } from './handoffs.ts'

const dir = mkdtempSync(join(tmpdir(), 'handoffs-'))
after(() => rmSync(dir, { recursive: true, force: true }))

/** Answers, until it is told to be busy for ever. */
const exec = join(dir, 'worker.mjs')
writeFileSync(
  exec,
  `import { createServer } from 'node:net'
  process.on('message', () => { process.send('busy'); setImmediate(() => { for (;;); }) })
  createServer((socket) => socket.end('hi')).listen(0, '127.0.0.1')`,
)

test('a client that was being handed to a worker which is killed does not wait for ever', async () => {
  cluster.setupPrimary({ exec, args: [], execArgv: [] })
  cluster.schedulingPolicy = cluster.SCHED_RR
  const worker = cluster.fork()
  closeLostHandoffs(worker)
  const [{ port }] = (await once(worker, 'listening')) as [AddressInfo]
  const served = connect(port, '127.0.0.1')
  assert.equal(String((await once(served, 'data'))[0]), 'hi')
  worker.send('be busy')
  await once(worker, 'message')
  const lost = connect(port, '127.0.0.1')
  await once(lost, 'connect')
  const closed = new Promise((resolve) => lost.once('close', resolve).on('error', () => {}))
  // The primary has accepted it and hands it on: it is idle otherwise.
  await new Promise(setImmediate)
  await new Promise(setImmediate)
  worker.process.kill('SIGKILL')
  await closed
})
