import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Command } from 'commander'
import pc from 'picocolors'
import { systemClock } from '#base/clock.ts'
import type { NodeView } from '#model/node-view.ts'
import { exitCodeOf } from '../exit.ts'
import { node } from './node.ts'

const root = mkdtempSync(join(tmpdir(), 'gatehouse-node-verb-'))
after(() => rmSync(root, { recursive: true }))

const edge: NodeView = {
  id: '01a1f8ae-a1c6-7537-8e9e-76179a216bf8',
  name: 'edge-2',
  group: 'berlin',
  roles: ['edge'],
  address: '10.0.0.2',
  version: '0.1.0',
  protocol: 1,
  sync_status: 'in_sync',
  connection_status: 'connected',
  committing_status: 'preparing_to_commit',
  replication_status: 'none',
  last_connection_at: new Date(systemClock.now() - 10_000).toISOString(),
  joined_at: '2026-11-01T00:00:00.000Z',
  certificate_expires_at: '2026-12-01T00:00:00.000Z',
  bundle: '12-3fa9c2d1',
  revision: 12,
  took_ms: 41.7,
  refusal: { code: 'waf.bad_rule', message: 'Cannot compile rule 7: unknown operator' },
  lists_revision: 3,
  clock_skew_ms: -4,
  requests_per_s: 1.25,
  blocked_per_s: 0,
}

type Machine = AsyncDisposable & {
  readonly asked: readonly string[]
  type(...words: string[]): Promise<string>
}

/** A machine whose API (or only its admin port) answers as the table says. */
async function machine(
  name: string,
  answers: Readonly<Record<string, unknown>>,
  has_api = true,
): Promise<Machine> {
  const dir = join(root, name)
  const state_dir = join(dir, 'state')
  mkdirSync(state_dir, { recursive: true })
  const asked: string[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const call = `${request.method} ${request.url}`
    asked.push(body ? `${call} ${body}` : call)
    const answer = answers[call]
    const status = answer === undefined ? 404 : answer === null ? 204 : 200
    const media = { 'content-type': 'application/json' }
    response.writeHead(status, media).end(answer ? JSON.stringify(answer) : undefined)
  })
  if (has_api) server.listen(join(state_dir, 'gatehouse.sock'))
  else server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const port = has_api ? 1 : (server.address() as AddressInfo).port
  const file = join(dir, 'gatehouse.yaml')
  writeFileSync(file, `state_dir: ./state\nedge: { admin: "127.0.0.1:${port}" }\n`)
  return {
    asked,
    async type(...words) {
      const said: string[] = []
      const say = (text = ''): void => void said.push(text)
      const output = {
        line: say,
        note: say,
        json: (value: unknown) => say(JSON.stringify(value)),
        table: async (head: readonly string[], rows: readonly (readonly string[])[]) =>
          [head, ...rows].forEach((row) => void say(row.join(' | '))),
        colors: pc.createColors(false),
      }
      const program = new Command('gatehouse').option('--settings <file>').option('--json')
      node(program.exitOverride(), output)
      await program.parseAsync(['node', ...words, '--settings', file], { from: 'user' })
      return said.join('\n')
    },
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

test('node list shows every state, and why a node refused its bundle', async () => {
  // As of now: the file may have been read long before its tests run.
  const last_connection_at = new Date(systemClock.now() - 10_000).toISOString()
  const nodes = [
    { ...edge, last_connection_at, status: null },
    { ...edge, name: 'a', group: '', status: null },
  ]
  await using here = await machine('list', { 'GET /api/v1/nodes': { nodes } })
  const [, first, second, ...notes] = (await here.type('list')).split('\n')
  assert.match(first ?? '', /^a \| - \| edge \| in sync \| connected \| preparing to commit/)
  assert.match(second ?? '', /^edge-2 \| berlin .* 12-3fa9c2d1 \| 42 ms \| 1\d s ago \| 0\.1\.0$/)
  assert.match(notes.join(), /edge-2 refused its bundle: Cannot compile rule 7/)
  const told = JSON.parse(await here.type('list', '--json'))
  assert.deepEqual([told.nodes.length, told.at], [2, null])
  assert.match(await here.type('show', 'edge-2'), /Committing Status {5}preparing to commit/)
  await assert.rejects(here.type('show', 'edge-9'), { code: 'cli.no_node', message: /edge-2, a/ })
})

test('on a node without API the list is what the node last heard, and says how old that is', async () => {
  const at = new Date(systemClock.now() - 300_000).toISOString()
  const answer = { nodes: [edge], at, agent: {} }
  await using here = await machine('no-api', { 'GET /cluster': answer }, false)
  const said = await here.type('list')
  assert.match(said, /edge-2 \| berlin/)
  assert.match(said, /As a policy server told this machine 5 min ago/)
  await using new_one = await machine('new', { 'GET /cluster': { nodes: [], at: null } }, false)
  await assert.rejects(new_one.type('list'), (error) => exitCodeOf(error) === 3)
})

test('node group, revoke and remove find the node by its name', async () => {
  const at = `/api/v1/nodes/${edge.id}`
  await using here = await machine('change', {
    'GET /api/v1/nodes': { nodes: [{ ...edge, status: null }] },
    [`PUT ${at}`]: null,
    [`POST ${at}/revoke`]: null,
    [`DELETE ${at}`]: null,
  })
  await assert.rejects(here.type('revoke', 'edge-2'), { code: 'cli.usage', message: /--yes/ })
  assert.equal(here.asked.length, 0)
  assert.equal(await here.type('group', 'edge-2', 'hamburg'), 'edge-2 is in group hamburg')
  assert.match(await here.type('revoke', 'edge-2', '--yes'), /edge-2 is cut off/)
  assert.equal(await here.type('remove', 'edge-2'), 'edge-2 is off the list')
  assert.deepEqual(
    here.asked.filter((call) => !call.startsWith('GET')),
    [`PUT ${at} {"group":"hamburg"}`, `POST ${at}/revoke`, `DELETE ${at}`],
  )
})

test('node invite prints the line, and warns while no other machine can reach us', async () => {
  const command = 'gatehouse join 127.0.0.1:12346 --token t --pin sha256:00'
  const made = { command, expires_at: '2026-11-20T12:15:00.000Z' }
  await using here = await machine('invite', { 'POST /api/v1/invites': made })
  const said = await here.type('invite', '--roles', 'edge, analytics,edge', '--ttl', '1h')
  assert.equal(said.split('\n')[0], command)
  assert.match(said, /before 2026-11-20T12:15/)
  assert.match(said, /no other machine reaches cluster\.listen \(127\.0\.0\.1:12346\)/)
  const body = '{"roles":["edge","analytics"],"group":"","ttl_s":3600}'
  assert.deepEqual(here.asked, [`POST /api/v1/invites ${body}`])
  const groups = { document: { groups: [{ name: 'berlin' }] } }
  await using other = await machine('invite-group', {
    'POST /api/v1/invites': made,
    'GET /api/v1/policy': groups,
  })
  assert.match(await other.type('invite', '--group', 'agency'), /no group "agency" yet/)
  assert.doesNotMatch(await other.type('invite', '--group', 'berlin'), /no group/)
  for (const wrong of [
    ['--roles', 'boss'],
    ['--ttl', '10s'],
    ['--ttl', '8d'],
    ['--ttl', 'soon'],
  ])
    await assert.rejects(here.type('invite', ...wrong), { code: 'cli.usage' })
})
