import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { Command } from 'commander'
import pc from 'picocolors'
import { ban, unban } from './ban.ts'
import { list } from './list.ts'
import { log } from './log.ts'

const dir = mkdtempSync(join(tmpdir(), 'gatehouse-list-verb-'))
const file = join(dir, 'gatehouse.yaml')
const asked: string[] = []
let items: object[] = []
const server = createServer(async (request, response) => {
  const body = (await request.toArray()).join('')
  const { method, url = '' } = request
  asked.push(`${method} ${decodeURIComponent(url)} ${body}`.trim())
  const media = { 'content-type': 'application/json' }
  if (method === 'DELETE') return void response.writeHead(204).end()
  const added = { ...banned, ...(body === '' ? {} : JSON.parse(body)) }
  const answer = method === 'POST' ? added : { items, next_cursor: null }
  response.writeHead(200, media).end(JSON.stringify(answer))
})
before(async () => {
  mkdirSync(join(dir, 'state'))
  writeFileSync(file, 'state_dir: ./state\n')
  server.listen(join(dir, 'state', 'gatehouse.sock'))
  await once(server, 'listening')
})
after(async () => {
  server.close()
  server.closeAllConnections()
  rmSync(dir, { recursive: true })
})
beforeEach(() => {
  asked.length = 0
  items = []
})

const banned = {
  id: '01a1f8ae-a1c6-7537-8e9e-76179a216bf8',
  kind: 'deny',
  network: '203.0.113.9',
  site: '',
  reason: 'scans',
  origin: 'jail:wp',
  created_by: 'gatehouse',
  created_at: '2026-11-20T12:00:00.000Z',
  expires_at: '2026-11-20T13:00:00.000Z',
  ended_at: null,
  ended_by: '',
}

async function type(...words: string[]): Promise<string> {
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
  for (const verb of [ban, unban, list, log]) verb(program.exitOverride(), output)
  await program.parseAsync([...words, '--settings', file], { from: 'user' })
  return said.join('\n')
}

test('a ban lasts an hour, as long as is said, or for ever', async () => {
  await type('ban', '203.0.113.9')
  await type('ban', '203.0.113.0/24', '--for', '12h', '--site', 'shop', '--reason', 'x y')
  await type('ban', '2001:db8::/32', '--forever')
  await type('list', 'add', 'gray', '198.51.100.7', '--for', '7d')
  assert.deepEqual(
    asked.map((line) => JSON.parse(line.slice('POST /api/v1/lists '.length))),
    [
      { kind: 'deny', network: '203.0.113.9', site: '', reason: '', ttl_s: 3600 },
      { kind: 'deny', network: '203.0.113.0/24', site: 'shop', reason: 'x y', ttl_s: 43_200 },
      { kind: 'deny', network: '2001:db8::/32', site: '', reason: '', ttl_s: null },
      { kind: 'gray', network: '198.51.100.7', site: '', reason: '', ttl_s: 604_800 },
    ],
  )
  for (const words of [
    ['--for', 'soon'],
    ['--for', '0s'],
    ['--for', '1h', '--forever'],
  ]) {
    await assert.rejects(type('ban', '203.0.113.9', ...words), { code: 'cli.usage' })
  }
})

test('who is let in again leaves the list by whoever was banned, and wider networks are told', async () => {
  items = [banned, { ...banned, id: 'wider', network: '203.0.0.0/16' }]
  const said = await type('unban', '203.0.113.9/32')
  assert.deepEqual(asked, [
    'GET /api/v1/lists?q=203.0.113.9&limit=200&kind=deny',
    `DELETE /api/v1/lists/${banned.id}`,
  ])
  assert.match(
    said,
    /203\.0\.113\.9 is let in again \(jail:wp\)\nIt is still kept out by 203\.0\.0\.0\/16/,
  )
  await assert.rejects(type('unban', '203.0.113.8'), {
    code: 'cli.not_listed',
    message: /there is 203\.0\.0\.0\/16$/,
  })
  await assert.rejects(type('unban', 'example.com'), { code: 'cli.usage' })
  asked.length = 0
  await type('list', 'remove', banned.id)
  assert.deepEqual(asked, [`DELETE /api/v1/lists/${banned.id}`])
})

test('the list shows until when and why, and its words do not steer the terminal', async () => {
  items = [
    { ...banned, reason: 'a\u001b[2Jb' },
    { ...banned, expires_at: null },
  ]
  const [head, first, second] = (await type('list', 'deny', '--history')).split('\n')
  assert.match(head ?? '', /^LIST \| NETWORK/)
  assert.equal(
    first,
    'deny | 203.0.113.9 | all | 2026-11-20 13:00:00 | gatehouse | jail:wp | a\ufffd[2Jb',
  )
  assert.match(second ?? '', /for ever/)
  assert.deepEqual(asked, ['GET /api/v1/lists?limit=50&kind=deny&is_history=true'])
  await assert.rejects(type('list', 'black'), { code: 'cli.usage' })
})

test('the log is one timeline, oldest first', async () => {
  const event = (node: string, severity: string) => ({
    id: node,
    at: '2026-11-20T12:00:00.000Z',
    hlc: '001795176000000.00000',
    node,
    severity,
    name: 'bundle.activated',
    message: '3-3fa9c2d1 is enforced',
    fields: {},
  })
  items = [event('b', 'notice'), event('a', 'error')]
  assert.deepEqual((await type('log', '--severity', 'notice', '--node', 'b')).split('\n'), [
    '2026-11-20 12:00:00 a error bundle.activated  3-3fa9c2d1 is enforced',
    '2026-11-20 12:00:00 b notice bundle.activated  3-3fa9c2d1 is enforced',
  ])
  assert.deepEqual(asked, ['GET /api/v1/events?range=24h&limit=50&node=b&severity=notice'])
  for (const words of [
    ['--severity', 'bad'],
    ['--since', 'x'],
    ['--limit', '0'],
  ]) {
    await assert.rejects(type('log', ...words), { code: 'cli.usage' })
  }
})
