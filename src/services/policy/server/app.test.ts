import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Problem } from '#model/problem.ts'
import { type Asked, type Login, type TestPolicy, testPolicy } from '../policy.support.ts'

let site: TestPolicy
let viewer: Login
before(async () => {
  site = await testPolicy()
  await site.addUser('vera', 'viewer')
  viewer = await site.login('vera')
})
after(() => site[Symbol.asyncDispose]())

function problemIn(asked: Asked, status: number, code: string): Problem {
  assert.equal(asked.status, status, asked.text)
  assert.equal(asked.headers['content-type'], 'application/problem+json')
  const problem = Problem.strict().parse(asked.json)
  assert.deepEqual([problem.status, problem.code], [status, code])
  assert.equal(problem.instance, `urn:uuid:${asked.headers['x-request-id']}`)
  return problem
}

test('every answer has a request id that the client cannot choose', async () => {
  const chosen = { 'x-request-id': 'chosen', 'request-id': 'chosen' }
  const ids = new Set<unknown>()
  for (const key of ['GET /livez', 'GET /api/v1/nodes', 'GET /nothing.js', 'PUT /api/v1/session']) {
    ids.add((await site.ask(key, { headers: chosen })).headers['x-request-id'])
  }
  assert.equal(ids.size, 4)
  for (const id of ids) assert.match(String(id), /^[0-9a-f-]{36}$/)
})

test('every answer has the headers that keep a page safe', async () => {
  for (const key of ['GET /', 'GET /livez', 'GET /api/v1/nodes', 'GET /nothing.js']) {
    const { headers } = await site.ask(key)
    assert.equal(
      headers['content-security-policy'],
      "default-src 'self';base-uri 'none';form-action 'self';frame-ancestors 'none';object-src 'none'",
    )
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.equal(headers['referrer-policy'], 'no-referrer')
    assert.equal(headers['x-frame-options'], 'DENY')
    assert.equal(headers['cross-origin-opener-policy'], 'same-origin')
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin')
    assert.equal(headers['access-control-allow-origin'], undefined)
    assert.equal(headers['server'] ?? headers['x-powered-by'], undefined)
  }
})

test('answers of the API are not kept by any cache', async () => {
  for (const key of ['GET /api/v1/nodes', 'GET /api/v1/nope', 'GET /api/v1/openapi.json']) {
    const { headers } = await site.ask(key, { as: viewer })
    assert.equal(headers['cache-control'], 'no-store')
  }
})

test('a host that is not ours is refused before anything else', async () => {
  for (const key of ['GET /', 'GET /livez', 'GET /api/v1/session', 'POST /api/v1/session']) {
    const asked = await site.ask(key, { as: viewer, headers: { host: 'evil.example' } })
    assert.match(problemIn(asked, 421, 'policy.host_unknown').detail ?? '', /policy\.hosts/)
  }
})

test('what does not exist is a problem, and a method that it does not know says which it does', async () => {
  problemIn(await site.ask('GET /api/v1/nope', { as: viewer }), 404, 'policy.not_found')
  problemIn(await site.ask('GET /nothing.js'), 404, 'policy.not_found')
  problemIn(await site.ask('POST /nothing'), 404, 'policy.not_found')
  const wrong = await site.ask('PUT /api/v1/session', { as: viewer })
  problemIn(wrong, 405, 'policy.method_not_allowed')
  assert.equal(wrong.headers.allow, 'POST, GET, DELETE')
})

test('an id that is none, or of nothing, is not found', async () => {
  const none = '0192e4a0-0000-7000-8000-00000000ffff'
  for (const id of [none, 'x', '1', '%00', `${none}'--`, '..%2f..%2fsession', 'x'.repeat(500)]) {
    for (const path of ['attacks', 'hits', 'requests']) {
      const asked = await site.ask(`GET /api/v1/${path}/${id}`, { as: viewer })
      problemIn(asked, 404, 'policy.not_found')
    }
  }
})

test('input that does not fit is told part by part', async () => {
  const asked = await site.ask('GET /api/v1/attacks?limit=1000&type=nope&colour=red', {
    as: viewer,
  })
  const { errors = [] } = problemIn(asked, 400, 'policy.invalid_input')
  const paths = errors.map((error) => error.path)
  assert.ok(paths.includes('query.limit') && paths.includes('query.type'), paths.join(' '))
  assert.ok(errors.some((error) => error.message.includes('colour')))
  const json = { username: 'vera', password: 1, extra: true }
  const body = problemIn(
    await site.ask('POST /api/v1/session', { json }),
    400,
    'policy.invalid_input',
  )
  assert.deepEqual(body.errors?.map((error) => error.path).sort(), ['body', 'body.password'])
})

test('a cursor that is not ours is bad input, not a failure', async () => {
  const asked = await site.ask('GET /api/v1/attacks?cursor=nope', { as: viewer })
  problemIn(asked, 400, 'records.bad_cursor')
})

test('bodies that cannot be read are refused with their reason', async () => {
  const send = (body: string, type = 'application/json') =>
    site.ask('POST /api/v1/session', { body, headers: { 'content-type': type } })
  problemIn(await send('{"username":'), 400, 'policy.not_readable')
  problemIn(await send(''), 400, 'policy.not_readable')
  problemIn(await send('{"__proto__":{"x":1}}'), 400, 'policy.not_readable')
  problemIn(
    await send('username=vera', 'application/x-www-form-urlencoded'),
    415,
    'policy.not_readable',
  )
  problemIn(await send('{}', 'text/plain'), 415, 'policy.not_readable')
  problemIn(await send(`{"username":"${'x'.repeat(70_000)}"}`), 413, 'policy.not_readable')
})

test('probes answer without a login', async () => {
  assert.deepEqual((await site.ask('GET /livez')).text, 'ok\n')
  const ready = await site.ask('GET /readyz?verbose')
  assert.deepEqual([ready.status, ready.text], [200, '[+] database embedded\n[+] node a\nok\n'])
})

test('one address that asks too often is slowed down', async () => {
  await using other = await testPolicy({}, { database: site.database })
  let refused: Asked | undefined
  for (let i = 0; i < 120 && !refused; i++) {
    const many = await Promise.all(Array.from({ length: 50 }, () => other.ask('GET /livez')))
    refused = many.find((asked) => asked.status !== 200)
  }
  assert.ok(refused)
  problemIn(refused, 429, 'policy.too_many_calls')
  assert.ok(Number(refused.headers['retry-after']) > 0)
})

test('without a built console the page says what to run', async () => {
  const page = await site.ask('GET /attacks', { headers: { accept: 'text/html' } })
  assert.equal(page.status, 503)
  assert.match(page.text, /npm run console:build/)
  assert.doesNotMatch(page.text, /<style|<script|style=/)
  problemIn(await site.ask('GET /attacks'), 503, 'policy.console_not_built')
})

test('the console is served: pages, assets that may be kept, nothing outside of it', async () => {
  const console_dir = await mkdtemp(join(tmpdir(), 'gatehouse-console-'))
  await mkdir(join(console_dir, 'dist/assets'), { recursive: true })
  await writeFile(join(console_dir, 'secret.txt'), 'secret')
  await writeFile(join(console_dir, 'dist/index.html'), '<!doctype html>console')
  await writeFile(join(console_dir, 'dist/.env'), 'secret')
  await writeFile(join(console_dir, 'dist/assets/main-1a2b.js'), 'export {}')
  const { database } = site
  const dist = join(console_dir, 'dist')
  await using other = await testPolicy({}, { database, console_dir: dist })
  for (const page of ['/', '/attacks', '/attacks/0192e4a0', '/sites?x=1']) {
    const asked = await other.ask(`GET ${page}`)
    assert.deepEqual([asked.status, asked.text], [200, '<!doctype html>console'], page)
    assert.equal(asked.headers['cache-control'], 'no-cache')
  }
  const asset = await other.ask('GET /assets/main-1a2b.js')
  assert.match(asset.headers['content-type'] ?? '', /javascript/)
  assert.match(asset.headers['cache-control'] ?? '', /immutable/)
  for (const path of [
    '/assets/gone.js',
    '/.env',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/api/x',
  ]) {
    const asked = await other.ask(`GET ${path}`)
    assert.ok(!asked.text.includes('secret') || asked.status === 404, path)
    assert.ok(asked.status >= 400, `${path}: ${asked.status}`)
  }
  await rm(console_dir, { recursive: true })
})

test('the local socket is for its owner, who is an administrator without a login', async () => {
  assert.equal((await stat(site.socket_path)).mode & 0o777, 0o600)
  const socketPath = site.socket_path
  const who = await site.ask('GET /api/v1/session', { socketPath, headers: { host: 'anything' } })
  const { username, role } = who.json as Record<string, unknown>
  assert.deepEqual([who.status, username, role], [200, 'local', 'administrator'])
  assert.equal((await site.ask('DELETE /api/v1/session', { socketPath })).status, 204)
  const json = { current_password: 'x', new_password: 'long enough for all' }
  const change = await site.ask('POST /api/v1/session/password', { socketPath, json })
  problemIn(change, 409, 'policy.no_password')
})

test('a socket that is in use is not taken over, one that was left behind is', async () => {
  const { dir, database } = site
  const { startPolicy } = await import('../service.ts')
  const { PolicySettings } = await import('../settings.ts')
  const context = {
    ...site.cluster,
    database,
    sites: () => [],
    state_dir: dir,
    console_dir: dir,
    node: 'a',
    version: '0',
    database_label: '',
  }
  const settings = PolicySettings.parse({ listen: '127.0.0.1:0' })
  await assert.rejects(startPolicy(settings, context, site.world), { code: 'policy.socket_in_use' })
  assert.equal((await site.ask('GET /livez')).status, 200)
  const left = await mkdtemp(join(tmpdir(), 'gatehouse-left-'))
  await writeFile(join(left, 'gatehouse.sock'), '')
  await using policy = await startPolicy(settings, { ...context, state_dir: left }, site.world)
  assert.ok(policy.url)
  await new Promise<void>((resolve, reject) => {
    const socket = connect(join(left, 'gatehouse.sock'), () => {
      socket.destroy()
      resolve()
    })
    socket.once('error', reject)
  })
  await rm(left, { recursive: true })
})
