import assert from 'node:assert/strict'
import { readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Fault } from '#base/fault.ts'
import type { Problem } from '#model/problem.ts'
import { unixTransport } from '#parts/client/unix-transport.ts'
import { type TestPolicy, testPolicy } from './policy.support.ts'

let site: TestPolicy
before(async () => {
  site = await testPolicy()
  await site.addUser('Vera', 'viewer')
})
after(() => site[Symbol.asyncDispose]())

const codeOf = (json: unknown) => (json as Problem).code

test('a one-time password that was not used is the same after a restart, in a file for its owner only', async () => {
  const first = site.policy.first_login
  await site.restart()
  assert.ok(first)
  assert.deepEqual(site.policy.first_login, first)
  const path = join(site.dir, 'first-login')
  assert.equal((await readFile(path, 'utf8')).trim(), first.password)
  assert.equal((await stat(path)).mode & 0o777, 0o600)
  assert.ok(!site.world.lines.join('').includes(first.password))
})

test('a password that nobody can read any more is replaced by a new one', async () => {
  const first = site.policy.first_login
  await rm(join(site.dir, 'first-login'))
  await site.restart()
  assert.notEqual(site.policy.first_login?.password, first?.password)
  assert.equal((await site.login('admin', first?.password)).asked.status, 401)
})

test('the first start makes an administrator, whose password must be changed before anything else', async () => {
  const first = site.policy.first_login
  assert.ok(first)
  assert.equal(first.username, 'admin')
  const login = await site.login('admin', first.password)
  assert.equal(login.asked.status, 200)
  const { must_change_password, role } = login.asked.json as Record<string, unknown>
  assert.deepEqual([must_change_password, role], [true, 'administrator'])

  const refused = await site.ask('GET /api/v1/attacks', { as: login })
  assert.deepEqual([refused.status, codeOf(refused.json)], [403, 'policy.password_must_change'])
  assert.equal((await site.ask('GET /api/v1/session', { as: login })).status, 200)

  const json = { current_password: first.password, new_password: 'nobody guesses this one' }
  const changed = await site.ask('POST /api/v1/session/password', { as: login, json })
  assert.equal(changed.status, 200, changed.text)
  assert.equal((changed.json as Record<string, unknown>)['must_change_password'], false)
  assert.equal((await site.ask('GET /api/v1/session', { as: login })).status, 401)

  const again = await site.login('admin', 'nobody guesses this one')
  assert.equal((await site.ask('GET /api/v1/attacks', { as: again })).status, 200)
  await site.restart()
  assert.equal(site.policy.first_login, undefined)
  await assert.rejects(stat(join(site.dir, 'first-login')), { code: 'ENOENT' })
})

test('names are found in any case, wrong passwords and unknown names get the same answer', async () => {
  assert.equal((await site.login('vera')).asked.status, 200)
  assert.equal((await site.login('VERA')).asked.status, 200)
  const [wrong, unknown] = [await site.login('vera', 'x'), await site.login('nobody', 'x')]
  assert.deepEqual([wrong.asked.status, unknown.asked.status], [401, 401])
  const plain = (problem: unknown) => ({ ...(problem as Problem), instance: '' })
  assert.deepEqual(plain(wrong.asked.json), plain(unknown.asked.json))
})

test('the cookie is for this host and HTTP only, and a login always makes a new one', async () => {
  const [one, two] = [await site.login('vera'), await site.login('vera')]
  const [cookie = ''] = one.asked.headers['set-cookie'] ?? []
  assert.match(cookie, /^gatehouse=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Strict$/)
  assert.notEqual(one.cookie, two.cookie)
  const planted = `gatehouse=${'A'.repeat(43)}`
  const json = { username: 'vera', password: 'correct horse battery' }
  const after = await site.ask('POST /api/v1/session', { json, headers: { cookie: planted } })
  assert.ok(!after.headers['set-cookie']?.[0]?.startsWith(planted))
})

test('a login ends the session that the browser had before', async () => {
  const before_login = await site.login('vera')
  const json = { username: 'vera', password: 'correct horse battery' }
  await site.ask('POST /api/v1/session', { json, as: before_login })
  assert.equal((await site.ask('GET /api/v1/session', { as: before_login })).status, 401)
})

test('logging out ends the session and takes the cookie away', async () => {
  const login = await site.login('vera')
  const out = await site.ask('DELETE /api/v1/session', { as: login })
  assert.equal(out.status, 204)
  assert.match(out.headers['set-cookie']?.[0] ?? '', /^gatehouse=; .*Expires=Thu, 01 Jan 1970/)
  assert.equal((await site.ask('GET /api/v1/session', { as: login })).status, 401)
})

test('changes need the token of the session in a header', async () => {
  const login = await site.login('vera')
  const other = await site.login('vera')
  for (const csrf_token of ['', 'x', other.csrf_token]) {
    const as = { cookie: login.cookie, csrf_token }
    const refused = await site.ask('DELETE /api/v1/session', { as })
    assert.deepEqual([refused.status, codeOf(refused.json)], [403, 'policy.csrf_token_wrong'])
  }
  assert.equal((await site.ask('GET /api/v1/session', { as: login })).status, 200)
})

test('a new password must be long, new and not the name; the current one must be known', async () => {
  const login = await site.login('vera')
  const change = async (current_password: string, new_password: string) => {
    const json = { current_password, new_password }
    const asked = await site.ask('POST /api/v1/session/password', { as: login, json })
    return [asked.status, codeOf(asked.json)]
  }
  const current = 'correct horse battery'
  assert.deepEqual(await change('wrong', 'a fine new password'), [403, 'policy.password_wrong'])
  assert.deepEqual(await change(current, 'short'), [400, 'policy.invalid_input'])
  assert.deepEqual(await change(current, current), [400, 'policy.password_unfit'])
  assert.deepEqual(await change(current, 'VERA and more words'), [400, 'policy.password_unfit'])
  assert.deepEqual(await change(current, 'abababababababab'), [400, 'policy.password_unfit'])
})

test('sessions end when unused, and after their longest time also when used', async () => {
  const { database } = site
  await using other = await testPolicy({ session_idle: '1h', session_max: '2h' }, { database })
  const status = async (as: { cookie: string; csrf_token: string }) =>
    (await other.ask('GET /api/v1/session', { as })).status
  const idle = await other.login('vera')
  const used = await other.login('vera')
  other.world.advance(50 * 60_000)
  assert.equal(await status(used), 200)
  other.world.advance(20 * 60_000)
  assert.deepEqual([await status(idle), await status(used)], [401, 200])
  other.world.advance(45 * 60_000)
  assert.equal(await status(used), 200)
  other.world.advance(10 * 60_000)
  assert.equal(await status(used), 401)
})

test('guessing is slowed down per address, with the time to wait; others are not', async () => {
  await using other = await testPolicy({}, { database: site.database })
  for (let i = 0; i < 10; i++) assert.equal((await other.login('vera', 'x')).asked.status, 401)
  const refused = await other.login('vera')
  assert.deepEqual(
    [refused.asked.status, codeOf(refused.asked.json)],
    [429, 'policy.too_many_logins'],
  )
  const wait_s = Number(refused.asked.headers['retry-after'])
  assert.ok(wait_s > 290 && wait_s <= 300, String(wait_s))
})

test('guessing one password from many addresses is slowed down too, but not by one of them', async () => {
  await using other = await testPolicy({}, { database: site.database })
  const guess = async (localAddress: string, username: string) => {
    const json = { username, password: 'x' }
    return (await other.ask('POST /api/v1/session', { json, localAddress })).status
  }
  for (let i = 0; i < 60; i++) await guess('127.0.0.2', 'vera')
  assert.equal((await other.login('vera')).asked.status, 200)
  for (const address of ['127.0.0.3', '127.0.0.4']) {
    for (let i = 0; i < 10; i++) assert.equal(await guess(address, 'VERA'), 401)
  }
  assert.equal(await guess('127.0.0.5', 'vera'), 429)
  assert.equal(await guess('127.0.0.5', 'admin'), 401)
})

test('TLS: refused without on an open address, made with a certificate of its own elsewhere', async () => {
  const { database } = site
  const refused = testPolicy({ listen: '0.0.0.0:0', tls: 'off' }, { database })
  await assert.rejects(refused, (error) => {
    assert.ok(error instanceof Fault)
    assert.equal(error.code, 'policy.tls_needed')
    return true
  })
  await using open = await testPolicy({ tls: 'on', hosts: ['gate.example'] }, { database })
  assert.match(open.policy.url, /^https:/)
  const login = await open.login('vera')
  const [cookie = ''] = login.asked.headers['set-cookie'] ?? []
  assert.match(cookie, /^__Host-gatehouse=.*; Path=\/; HttpOnly; Secure; SameSite=Strict$/)
  assert.equal(login.asked.headers['strict-transport-security'], undefined)
  assert.equal((await open.ask('GET /api/v1/session', { as: login })).status, 200)
  const named = await open.ask('GET /livez', { headers: { host: 'gate.example:8443' } })
  assert.equal(named.status, 200)
})

test('stopping ends live streams at once and refuses new calls', async () => {
  const other = await testPolicy({}, { database: site.database })
  await using local = unixTransport(other.socket_path)
  const stop = new AbortController().signal
  const stream = local.events('/api/v1/events/stream', stop)[Symbol.asyncIterator]()
  assert.equal((await stream.next()).value?.event, 'traffic')
  const rest = Array.fromAsync({ [Symbol.asyncIterator]: () => stream })
  const start_ms = performance.now()
  await other[Symbol.asyncDispose]()
  assert.ok(performance.now() - start_ms < 1_500)
  await rest
  await assert.rejects(other.ask('GET /livez'), { code: 'ECONNREFUSED' })
})

test('a port in use is told, and everything opened before is closed again', async () => {
  const port = new URL(site.policy.url).port
  const { database } = site
  await assert.rejects(testPolicy({ listen: `127.0.0.1:${port}` }, { database }), (error) => {
    assert.ok(error instanceof Fault)
    assert.equal(error.code, 'policy.cannot_listen')
    assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${port}.*EADDRINUSE`))
    return true
  })
})
