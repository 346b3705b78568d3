import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join as path } from 'node:path'
import { after, test } from 'node:test'
import { Command } from 'commander'
import pc from 'picocolors'
import { systemClock } from '#base/clock.ts'
import { lockDirectory } from '#parts/host/directory-lock.ts'
import { foundCluster } from '#parts/identity/authority.ts'
import { clusterPort, founder, joinReply } from '#parts/identity/identity.support.ts'
import { readIdentity } from '#parts/identity/node-identity.ts'
import { exitCodeOf } from '../exit.ts'
import { loadSettings } from '../settings.ts'
import { join, withPort } from './join.ts'

const root = mkdtempSync(path(tmpdir(), 'gatehouse-join-verb-'))
after(() => rmSync(root, { recursive: true }))
const now_ms = systemClock.now()
const { identity, authority } = await foundCluster(path(root, 'ps'), founder, now_ms)
const other = await foundCluster(path(root, 'other'), founder, now_ms)

/** A policy server that answers every join; ended at the end of the test. */
function server(of = { identity, authority }) {
  return clusterPort(of.identity, ({ body }) => joinReply(of.authority, of.identity, body, now_ms))
}

/** Types a line on a machine whose things are all in `dir`. */
async function type(dir: string, ...words: string[]) {
  const said: string[] = []
  const say = (text = ''): void => void said.push(text)
  const colors = pc.createColors(false)
  const json = (value: unknown) => say(JSON.stringify(value))
  const output = { line: say, note: say, json, table: async () => {}, colors }
  const program = new Command('gatehouse').option('--settings <file>').option('--json')
  join(program.exitOverride(), output)
  const file = path(dir, 'gatehouse.yaml')
  await program.parseAsync(['join', ...words, '--settings', file], { from: 'user' })
  return said.join('\n')
}

function machine(name: string) {
  const dir = path(root, name)
  const state_dir = path(dir, 'state')
  mkdirSync(dir)
  return { dir, state_dir, file: path(dir, 'gatehouse.yaml') }
}

function line(address: string, pin = authority.pin, token = 'token-1'): string[] {
  return [address, '--token', token, '--pin', pin]
}

test('a machine without anything joins, and gets settings that hold', async () => {
  const { dir, state_dir, file } = machine('new')
  await using port = await server()
  const more = ['--name', 'edge-7', '--state-dir', state_dir, '--listen', '*:8123']
  const said = await type(dir, ...line(port.address), ...more, '--address', 'edge-7.example')
  assert.match(said, /Joined cluster [0-9a-f-]+ as edge-7 \(edge, group berlin\)/)
  assert.ok(said.includes(`gatehouse run --settings ${file}`) && !said.includes('PRIVATE'))
  const settings = loadSettings(file)
  assert.ok(settings.kind === 'ok')
  assert.equal(settings.data.node, 'edge-7')
  assert.equal(settings.data.cluster.address, 'edge-7.example')
  assert.equal(settings.data.edge.listen[0]?.address, '*:8123')
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.equal(readIdentity(path(state_dir, 'identity'))?.name, 'edge-7')
  assert.equal(port.asked[0]?.body['address'], 'edge-7.example')
  assert.deepEqual(readdirSync(dir).sort(), ['gatehouse.yaml', 'state'])
  assert.deepEqual(readdirSync(state_dir).sort(), ['identity', 'lock-name'])
})

test('a member does not join again unless it leaves, and not while it runs', async () => {
  const { dir, state_dir, file } = machine('member')
  writeFileSync(file, `node: gate-9\nstate_dir: ./state\n`)
  // It founded a cluster of its own, as every first start does.
  const own = await foundCluster(path(state_dir, 'identity'), founder, now_ms)
  mkdirSync(path(state_dir, 'shelf'))
  await using port = await server()
  await assert.rejects(type(dir, ...line(port.address)), (error: Error) => {
    assert.match(error.message, new RegExp(`belongs to cluster ${own.identity.cluster_id}`))
    assert.equal(exitCodeOf(error), 6)
    return true
  })
  const locked = await lockDirectory(state_dir)
  assert.ok(locked.is_held)
  await assert.rejects(type(dir, ...line(port.address), '--leave'), { code: 'cli.still_running' })
  await locked.lock[Symbol.asyncDispose]()
  assert.equal(port.asked.length, 0)

  const told = JSON.parse(await type(dir, ...line(port.address), '--leave', '--json'))
  const dir_now = path(state_dir, 'identity')
  assert.equal(readIdentity(dir_now)?.cluster_id, identity.cluster_id)
  assert.deepEqual([told.cluster_id, told.name], [identity.cluster_id, 'gate-9'])
  assert.ok(!existsSync(path(dir_now, 'ca.key')) && !existsSync(path(dir_now, 'signing.key')))
  assert.ok(!existsSync(path(state_dir, 'shelf')))
  assert.equal(readIdentity(path(told.aside, 'identity'))?.cluster_id, own.identity.cluster_id)
  assert.deepEqual(readdirSync(told.aside).sort(), ['identity', 'shelf'])

  mkdirSync(path(state_dir, 'shelf'))
  await type(dir, ...line(port.address, authority.pin, 'token-2'), '--leave')
  assert.ok(existsSync(path(state_dir, 'shelf')), 'in the same cluster the policy goes on')
})

test('a join that went wrong leaves nothing behind but its key, and is repeated with the same request', async () => {
  const { dir, state_dir } = machine('again')
  const more = ['--name', 'edge-8', '--state-dir', state_dir]
  let is_lost = true
  await using port = await clusterPort(identity, ({ body }) => {
    if (!is_lost) return joinReply(authority, identity, body, now_ms)
    is_lost = false
    return { status: 502, body: {} }
  })
  await assert.rejects(type(dir, ...line(port.address), ...more), {
    code: 'identity.not_gatehouse',
  })
  assert.deepEqual(readdirSync(dir), ['state'])
  await type(dir, ...line(port.address), ...more)
  const [first, second] = port.asked
  assert.equal(first?.body['csr'], second?.body['csr'])
  assert.ok(!readdirSync(state_dir).includes('joining.json'))
})

test('the wrong pin, a server that is away and bad words end with their own exit codes', async () => {
  const { dir, state_dir } = machine('wrong')
  await using port = await server(other)
  const more = ['--name', 'edge-9', '--state-dir', state_dir]
  const code = async (...words: string[]) => {
    const [error] = await Promise.allSettled([type(dir, ...words)])
    return error?.status === 'rejected' ? exitCodeOf(error.reason) : 0
  }
  assert.equal(await code(...line(port.address), ...more), 8)
  assert.equal(await code(...line('127.0.0.1:1'), ...more), 7)
  assert.equal(await code(...line(port.address, 'sha1:00'), ...more), 2)
  assert.equal(await code(...line('no such host'), ...more), 2)
  assert.equal(await code(...line(port.address), ...more, '--name', 'a b'), 2)
  assert.equal(await code(...line(port.address), ...more, '--listen', 'x'), 2)
  assert.equal(port.asked.length, 0)
  assert.deepEqual(readdirSync(dir), ['state'])
})

test('the port of clusters is added where none is named', () => {
  assert.equal(withPort('gate-1.example'), 'gate-1.example:12346')
  assert.equal(withPort('gate-1.example:4000'), 'gate-1.example:4000')
  assert.equal(withPort('2001:db8::1'), '[2001:db8::1]:12346')
  assert.equal(withPort('[2001:db8::1]'), '[2001:db8::1]:12346')
  assert.equal(withPort('[2001:db8::1]:4000'), '[2001:db8::1]:4000')
})
