/** Users, tokens, second factors and what the activity log tells of them, over the wire. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Secret, TOTP } from 'otpauth'
import type { Activity, ActivityCheck } from '#model/activity.ts'
import type { Problem } from '#model/problem.ts'
import type { TokenView, UserView } from '#model/user.ts'
import {
  type AskOptions,
  type Login,
  password,
  type TestPolicy,
  testPolicy,
} from '../policy.support.ts'

let site: TestPolicy
let root: Login
before(async () => {
  site = await testPolicy()
  await site.addUser('root', 'administrator')
  root = await site.login('root')
})
after(() => site[Symbol.asyncDispose]())

/** Status and code of a refusal. */
async function outcome(key: string, options: AskOptions): Promise<readonly [number, string]> {
  const asked = await site.ask(key, options)
  return [asked.status, (asked.json as Partial<Problem> | undefined)?.code ?? '']
}

const local = () => ({ socketPath: site.socket_path })

async function usersNow(): Promise<Record<string, string>> {
  const { users } = (await site.ask('GET /api/v1/users', local())).json as { users: UserView[] }
  return Object.fromEntries(users.map((user) => [user.username, user.role]))
}

async function activity(q: string): Promise<Activity[]> {
  const asked = await site.ask(`GET /api/v1/activity?q=${encodeURIComponent(q)}`, { as: root })
  return (asked.json as { items: Activity[] }).items
}

async function makeToken(
  options: AskOptions,
  json: object,
): Promise<{ token: string; id: string }> {
  const asked = await site.ask('POST /api/v1/tokens', { ...options, json: { name: 'ci', ...json } })
  assert.equal(asked.status, 200, asked.text)
  const { token, view } = asked.json as { token: string; view: TokenView }
  return { token, id: view.id }
}

const codeFor = (secret: string) =>
  TOTP.generate({ secret: Secret.fromBase32(secret), timestamp: site.world.clock.now() })

test('a new user has a one-time password, and a name that is taken stays with who has it', async () => {
  const json = { username: 'Otto', role: 'analyst' }
  const made = await site.ask('POST /api/v1/users', { as: root, json })
  assert.equal(made.status, 200, made.text)
  const { one_time_password } = made.json as { one_time_password: string }
  const login = await site.login('otto', one_time_password)
  assert.equal((login.asked.json as { must_change_password: boolean }).must_change_password, true)
  for (const username of ['OTTO', 'local', 'nobody', 'Gatehouse']) {
    const again = await outcome('POST /api/v1/users', { as: root, json: { ...json, username } })
    assert.deepEqual(again, [409, 'policy.user_exists'], username)
  }
  for (const username of ['', 'a b', 'a\nb', '../x', '<b>']) {
    const refused = await outcome('POST /api/v1/users', { as: root, json: { ...json, username } })
    assert.deepEqual(refused, [400, 'policy.invalid_input'], username)
  }
  const [entry] = await activity('users.create')
  assert.deepEqual(
    [entry?.who, entry?.subject, entry?.details],
    ['root', 'user otto', { role: 'analyst' }],
  )
  assert.ok(!JSON.stringify(await activity('')).includes(one_time_password))
})

test('a reset gives a one-time password, ends all sessions, and must be followed by a new password', async () => {
  await site.addUser('anna', 'analyst')
  const before_reset = await site.login('anna')
  const answer = await site.ask('POST /api/v1/users/anna/password-reset', local())
  assert.equal(answer.status, 200)
  const { one_time_password } = answer.json as { one_time_password: string }
  assert.equal((await site.ask('GET /api/v1/session', { as: before_reset })).status, 401)
  assert.equal((await site.login('anna')).asked.status, 401)
  const login = await site.login('anna', one_time_password)
  assert.equal((login.asked.json as { must_change_password: boolean }).must_change_password, true)
  assert.equal((await site.ask('GET /api/v1/attacks', { as: login })).status, 403)
  const nobody = await site.ask('POST /api/v1/users/nobody/password-reset', local())
  assert.equal(nobody.status, 404)
  assert.match(nobody.text, /nobody/)
})

test('another role counts at once and ends sessions; the last administrator stays one', async () => {
  await site.addUser('vera', 'analyst')
  const before_change = await site.login('vera')
  const write = (username: string, role: string) =>
    site.ask(`PUT /api/v1/users/${username}`, { ...local(), json: { role } })
  const changed = await write('vera', 'viewer')
  assert.deepEqual([changed.status, (changed.json as UserView).role], [200, 'viewer'])
  assert.equal((await site.ask('GET /api/v1/session', { as: before_change })).status, 401)
  const [entry] = await activity('users.write')
  assert.deepEqual(
    [entry?.who, entry?.client, entry?.details],
    ['local', 'local', { before: { role: 'analyst' }, after: { role: 'viewer' } }],
  )
  assert.equal((await write('nobody', 'viewer')).status, 404)
  assert.equal((await write('vera', 'deploy')).status, 400)

  const others = Object.entries(await usersNow()).filter(([, role]) => role === 'administrator')
  assert.deepEqual(others.map(([name]) => name).sort(), ['admin', 'root'])
  const both = await Promise.all([
    write('admin', 'viewer'),
    site.ask('DELETE /api/v1/users/root', local()),
  ])
  const statuses = both.map((asked) => asked.status)
  assert.ok(statuses.includes(409), String(statuses))
  assert.ok(Object.values(await usersNow()).includes('administrator'))
  assert.equal(both.filter((asked) => asked.status === 409).length, 1)
  // Whoever won: the tests that follow need both.
  if (statuses[1] !== 409) await site.addUser('root', 'administrator')
  await write('admin', 'administrator')
  await write('root', 'administrator')
  root = await site.login('root')
})

test('a removed user is out at once, with sessions and tokens', async () => {
  await site.addUser('ida', 'analyst')
  const as = await site.login('ida')
  const { token } = await makeToken({ as }, {})
  assert.equal((await site.ask('GET /api/v1/sites', { bearer: token })).status, 200)
  assert.equal((await site.ask('DELETE /api/v1/users/ida', { as: root })).status, 204)
  assert.equal((await site.ask('GET /api/v1/session', { as })).status, 401)
  assert.equal((await site.ask('GET /api/v1/sites', { bearer: token })).status, 401)
  assert.equal((await site.login('ida')).asked.status, 401)
})

test('a token acts as its owner with the weaker of both roles, without a CSRF token', async () => {
  await site.addUser('tom', 'analyst')
  const as = await site.login('tom')
  const weak = await makeToken({ as }, { name: 'reader', role: 'viewer' })
  assert.match(weak.token, /^gh_[\w-]{43}$/)
  const session = await site.ask('GET /api/v1/session', { bearer: weak.token })
  const { username, role, csrf_token } = session.json as Record<string, unknown>
  assert.deepEqual([username, role, csrf_token], ['tom', 'viewer', ''])
  const refused = await outcome('GET /api/v1/activity', { bearer: weak.token })
  assert.deepEqual(refused, [403, 'policy.role_too_low'])

  const strong = await makeToken({ as }, {})
  assert.equal((await site.ask('GET /api/v1/activity', { bearer: strong.token })).status, 200)
  await site.ask('PUT /api/v1/users/tom', { as: root, json: { role: 'viewer' } })
  assert.equal((await site.ask('GET /api/v1/activity', { bearer: strong.token })).status, 403)
  await site.ask('PUT /api/v1/users/tom', { as: root, json: { role: 'administrator' } })
  assert.equal((await site.ask('GET /api/v1/users', { bearer: strong.token })).status, 403)

  assert.equal(
    (await site.ask(`DELETE /api/v1/tokens/${weak.id}`, { bearer: strong.token })).status,
    204,
  )
  assert.equal((await site.ask('GET /api/v1/session', { bearer: weak.token })).status, 401)
  const [entry] = await activity('tokens.revoke')
  assert.deepEqual([entry?.who, entry?.subject], ['token:ci of tom', 'token reader'])
  assert.equal((await site.ask('POST /api/v1/users/tom/password-reset', { as: root })).status, 200)
  const waiting = await outcome('GET /api/v1/sites', { bearer: strong.token })
  assert.deepEqual(waiting, [403, 'policy.password_must_change'])
})

test('a token can have no role that its maker has not, and makes no tokens', async () => {
  await site.addUser('uta', 'viewer')
  const as = await site.login('uta')
  const ask = (options: AskOptions, json: object) =>
    outcome('POST /api/v1/tokens', { ...options, json: { name: 'x', ...json } })
  assert.deepEqual(await ask({ as }, { role: 'analyst' }), [403, 'policy.token_role'])
  assert.deepEqual(await ask({ as }, { role: 'deploy' }), [403, 'policy.token_role'])
  assert.deepEqual(await ask({ as }, { kind: 'deploy' }), [403, 'policy.token_role'])
  assert.deepEqual(await ask({ as: root }, { role: 'deploy' }), [403, 'policy.token_role'])
  const { token, id } = await makeToken({ as }, {})
  assert.deepEqual(await ask({ bearer: token }, {}), [403, 'policy.session_needed'])
  await site.addUser('ute', 'analyst')
  const other = await site.login('ute')
  const strange = await outcome(`DELETE /api/v1/tokens/${id}`, { as: other })
  assert.deepEqual(strange, [403, 'policy.not_yours'])
  const mine = await site.ask('GET /api/v1/tokens', { as: other })
  assert.deepEqual(mine.json, { tokens: [] })
  const all = await site.ask('GET /api/v1/tokens', { as: root })
  assert.ok((all.json as { tokens: TokenView[] }).tokens.some((view) => view.owner === 'uta'))
  assert.equal((await site.ask(`DELETE /api/v1/tokens/${id}`, { as: root })).status, 204)
})

test('a deploy token brings nodes in and nothing else, as long as its owner is an administrator', async () => {
  await site.addUser('dora', 'administrator')
  const as = await site.login('dora')
  const { token } = await makeToken({ as }, { kind: 'deploy', name: 'installer' })
  const tried = async (key: string) => (await site.ask(key, { bearer: token })).status
  assert.equal(await tried('GET /api/v1/sites'), 403)
  assert.equal(await tried('GET /api/v1/policy'), 403)
  assert.ok(![401, 403].includes(await tried('GET /api/v1/nodes')))
  await site.ask('PUT /api/v1/users/dora', { as: root, json: { role: 'analyst' } })
  assert.equal(await tried('GET /api/v1/nodes'), 401)
})

test('tokens of this machine belong to it, end when they say, and tell when they were used', async () => {
  const { token, id } = await makeToken(local(), { role: 'analyst', ttl_s: 3600 })
  const view = async () => {
    const { tokens } = (await site.ask('GET /api/v1/tokens', local())).json as {
      tokens: TokenView[]
    }
    return tokens.find((one) => one.id === id)
  }
  assert.equal((await site.ask('GET /api/v1/sites', { bearer: token })).status, 200)
  assert.deepEqual([(await view())?.owner, (await view())?.last_used_at], ['local', null])
  site.world.advance(61_000)
  assert.equal((await site.ask('GET /api/v1/sites', { bearer: token })).status, 200)
  assert.notEqual((await view())?.last_used_at, null)
  // Through the socket the token says who calls.
  const through = await outcome('GET /api/v1/users', { ...local(), bearer: token })
  assert.deepEqual(through, [403, 'policy.role_too_low'])
  site.world.advance(3_600_000)
  const ended = await site.ask('GET /api/v1/sites', { bearer: token })
  assert.deepEqual([ended.status, (ended.json as Problem).code], [401, 'policy.token_wrong'])
  assert.equal(ended.headers['www-authenticate'], 'Bearer realm="gatehouse", error="invalid_token"')
})

test('a call with a cookie and a token is refused, one with another scheme is from nobody', async () => {
  const { token } = await makeToken({ as: root }, {})
  const two = await outcome('GET /api/v1/sites', { as: root, bearer: token })
  assert.deepEqual(two, [400, 'policy.two_identities'])
  for (const authorization of ['Basic cm9vdDp4', token, `Token ${token}`]) {
    const none = await outcome('GET /api/v1/sites', { headers: { authorization } })
    assert.deepEqual(none, [401, 'policy.login_needed'], authorization)
  }
  for (const scheme of ['bearer', 'BEARER'])
    assert.equal(
      (await site.ask('GET /api/v1/sites', { headers: { authorization: `${scheme} ${token}` } }))
        .status,
      200,
    )
})

test('a cookie that is not ours is from nobody', async () => {
  for (const value of ['', 'x', 'A'.repeat(43), "' or 1=1 --", 'A'.repeat(5000)]) {
    const as = { cookie: `gatehouse=${encodeURIComponent(value)}`, csrf_token: '' }
    assert.deepEqual(await outcome('GET /api/v1/users', { as }), [401, 'policy.login_needed'])
  }
})

test('bad tokens are counted for their address, good ones pass all the same', async () => {
  const { token } = await makeToken(local(), { role: 'viewer' })
  const localAddress = '127.0.0.77'
  const codes: string[] = []
  for (const bad of Array.from({ length: 11 }, (_, i) => `gh_${String(i).padStart(43, 'A')}`)) {
    codes.push((await outcome('GET /api/v1/sites', { bearer: bad, localAddress }))[1])
  }
  assert.deepEqual(codes.slice(-2), ['policy.token_wrong', 'policy.too_many_logins'])
  assert.equal((await site.ask('GET /api/v1/sites', { bearer: token, localAddress })).status, 200)
})

test('a second factor is asked for after the password only, and each code counts once', async () => {
  await site.addUser('otp', 'viewer')
  let as = await site.login('otp')
  const wrong = await outcome('POST /api/v1/session/totp', { as, json: { current_password: 'x' } })
  assert.deepEqual(wrong, [403, 'policy.password_wrong'])
  const early = await outcome('PUT /api/v1/session/totp', { as, json: { totp: '000000' } })
  assert.deepEqual(early, [409, 'policy.totp_not_begun'])
  const json = { current_password: password }
  const begun = await site.ask('POST /api/v1/session/totp', { as, json })
  const { secret, uri } = begun.json as { secret: string; uri: string }
  assert.ok(uri.startsWith('otpauth://totp/') && uri.includes(secret))
  assert.equal((await site.login('otp')).asked.status, 200)

  const confirmed = await site.ask('PUT /api/v1/session/totp', {
    as,
    json: { totp: codeFor(secret) },
  })
  assert.equal(confirmed.status, 200, confirmed.text)
  assert.equal((confirmed.json as { has_totp: boolean }).has_totp, true)
  assert.equal((await site.ask('GET /api/v1/session', { as })).status, 401)

  const enter = (body: object) =>
    outcome('POST /api/v1/session', {
      json: { username: 'otp', password, ...body },
      localAddress: '127.0.2.1',
    })
  assert.deepEqual(await enter({}), [401, 'policy.totp_needed'])
  assert.deepEqual(await enter({ password: 'x' }), [401, 'policy.login_failed'])
  assert.deepEqual(await enter({ password: 'x', totp: codeFor(secret) }), [
    401,
    'policy.login_failed',
  ])
  assert.deepEqual(
    await enter({ totp: codeFor(secret) }),
    [401, 'policy.totp_wrong'],
    'used to confirm',
  )
  site.world.advance(30_000)
  const totp = codeFor(secret)
  const together = await Promise.all([enter({ totp }), enter({ totp })])
  assert.deepEqual(together.map(([status]) => status).sort(), [200, 401])

  site.world.advance(30_000)
  const login = await site.ask('POST /api/v1/session', {
    json: { username: 'otp', password, totp: codeFor(secret) },
  })
  const { csrf_token } = login.json as { csrf_token: string }
  as = { cookie: login.headers['set-cookie']?.[0]?.split(';')[0] ?? '', csrf_token, asked: login }
  const again = await outcome('POST /api/v1/session/totp', { as, json })
  assert.deepEqual(again, [409, 'policy.totp_exists'])
  site.world.advance(30_000)
  const elsewhere = await site.ask('POST /api/v1/session', {
    json: { username: 'otp', password, totp: codeFor(secret) },
  })
  const cookie = elsewhere.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
  const other = { cookie, csrf_token: '', asked: elsewhere }
  assert.equal((await site.ask('GET /api/v1/session', { as: other })).status, 200)
  site.world.advance(30_000)
  const removed = await outcome('DELETE /api/v1/session/totp', {
    as,
    json: { ...json, totp: codeFor(secret) },
  })
  assert.deepEqual(removed, [204, ''])
  assert.equal((await site.ask('GET /api/v1/session', { as })).status, 200)
  assert.equal((await site.ask('GET /api/v1/session', { as: other })).status, 401)
  assert.equal((await site.login('otp')).asked.status, 200)
})

test('codes are not guessed, and an administrator helps who lost the authenticator', async () => {
  await site.addUser('lost', 'viewer')
  const as = await site.login('lost')
  const begun = await site.ask('POST /api/v1/session/totp', {
    as,
    json: { current_password: password },
  })
  const { secret } = begun.json as { secret: string }
  await site.ask('PUT /api/v1/session/totp', { as, json: { totp: codeFor(secret) } })
  const codes: string[] = []
  for (let i = 0; i < 12; i++) {
    const json = { username: 'lost', password, totp: '000000' }
    const localAddress = `127.0.1.${i + 1}`
    codes.push((await outcome('POST /api/v1/session', { json, localAddress }))[1])
  }
  assert.deepEqual(
    [codes[0], codes[9], codes[10]],
    ['policy.totp_wrong', 'policy.totp_wrong', 'policy.too_many_logins'],
  )
  assert.equal((await site.ask('DELETE /api/v1/users/lost/totp', { as: root })).status, 204)
  assert.equal((await site.login('lost')).asked.status, 200)
})

test('logins and failures are noted without what was typed as a name', async () => {
  for (const username of ['correct horse battery!', 'root']) {
    const json = { username, password: 'x' }
    await site.ask('POST /api/v1/session', { json, localAddress: '127.0.2.2' })
  }
  const [known, unknown] = await activity('session.fail')
  assert.deepEqual([known?.who, known?.subject], ['nobody', 'user root'])
  assert.equal(unknown?.subject, 'an unknown user')
  assert.ok(!JSON.stringify(await activity('')).includes('battery!'))
  assert.equal((await activity('session.open'))[0]?.details['password'], undefined)
})

test('the chain of all this is intact, and a hash of another one is not in it', async () => {
  const asked = await site.ask('GET /api/v1/activity/verify', { as: root })
  const check = asked.json as ActivityCheck
  assert.equal(check.is_intact, true, asked.text)
  assert.ok(check.entries > 30)
  const verify = async (head: string) =>
    (await site.ask(`GET /api/v1/activity/verify?head=${head}`, { as: root })).json as ActivityCheck
  assert.equal((await verify(check.head)).is_intact, true)
  assert.equal((await verify('0'.repeat(64))).is_intact, false)
})
