import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Contract } from '#model/api/contract.ts'
import { type ApiCall, api } from '#model/api.ts'
import type { Problem } from '#model/problem.ts'
import { type AskOptions, type Login, type TestPolicy, testPolicy } from './policy.support.ts'
import { routes } from './routes.ts'

const roles = ['viewer', 'analyst', 'administrator'] as const
const keys = Object.keys(api) as ApiCall[]
const id = '0192e4a0-0000-7000-8000-000000000001'
let site: TestPolicy

before(async () => {
  site = await testPolicy()
  for (const role of roles) await site.addUser(role, role)
})
after(() => site[Symbol.asyncDispose]())

/** A session of its own for each call: some of them end it. */
async function asRole(role: string): Promise<Login> {
  const login = await site.login(role)
  assert.equal(login.asked.status, 200)
  return login
}

const inputs: Partial<Record<ApiCall, { readonly query?: string; readonly json?: unknown }>> = {
  'GET /api/v1/attack-groups': { query: '?by=type' },
  'GET /api/v1/attacks-export': { query: '?format=csv' },
  'POST /api/v1/session': { json: { username: 'viewer', password: 'wrong' } },
  'POST /api/v1/session/password': {
    json: { current_password: 'wrong', new_password: 'long enough for all' },
  },
}

/** A call with fitting input; the live stream is asked for nothing, which still must be allowed. */
async function make(key: ApiCall, options: AskOptions): Promise<{ status: number; code: string }> {
  const { query = '', json } = inputs[key] ?? {}
  const asked = await site.ask(key.replace(/\{\w+\}/g, id) + query, {
    ...options,
    ...(json === undefined ? {} : { json }),
  })
  return { status: asked.status, code: (asked.json as Partial<Problem> | undefined)?.code ?? '' }
}

const refusals = [
  'policy.login_needed',
  'policy.role_too_low',
  'policy.csrf_token_wrong',
  'policy.password_must_change',
]

test('every contract has exactly one handler, and no handler is without a contract', () => {
  assert.ok(keys.length >= 17)
  assert.deepEqual(Object.keys(routes).sort(), [...keys].sort())
  const handlers = Object.values(routes)
  assert.equal(new Set<unknown>(handlers).size, handlers.length)
  const ids = keys.map((key) => api[key].id)
  assert.equal(new Set(ids).size, ids.length)
})

for (const key of keys) {
  // Its body never ends; it has tests of its own in live/.
  if (key === 'GET /api/v1/events/stream') continue
  const contract: Contract = api[key]
  test(`${key} is for ${contract.access}`, async () => {
    const nobody = await make(key, {})
    if (contract.access === 'public') assert.ok(!refusals.includes(nobody.code), nobody.code)
    else assert.deepEqual(nobody, { status: 401, code: 'policy.login_needed' })
    for (const role of roles) {
      const is_allowed =
        contract.access === 'public' ||
        contract.access === 'session' ||
        roles.indexOf(role) >= roles.indexOf(contract.access)
      const { code, status } = await make(key, { as: await asRole(role) })
      assert.notEqual(status, 500, `${role}: ${code}`)
      if (is_allowed) assert.ok(!refusals.includes(code), `${role}: ${code}`)
      else assert.equal(code, 'policy.role_too_low', role)
    }
  })

  if (contract.access === 'public') continue
  test(`${key} refuses a cookie that is not ours`, async () => {
    for (const value of ['', 'x', 'A'.repeat(43), "' or 1=1 --", 'A'.repeat(5000)]) {
      const as = { cookie: `gatehouse=${encodeURIComponent(value)}`, csrf_token: '' }
      assert.deepEqual(await make(key, { as }), { status: 401, code: 'policy.login_needed' })
    }
  })
}

test('the live stream needs a login', async () => {
  assert.equal((await make('GET /api/v1/events/stream', {})).status, 401)
})

test('every call that changes something refuses other origins and wrong tokens', async () => {
  const changing = keys.filter((key) => !key.startsWith('GET '))
  assert.ok(changing.length >= 3)
  for (const key of changing) {
    const as = await asRole('administrator')
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      const refused = await make(key, { as, headers })
      assert.deepEqual(refused, { status: 403, code: 'policy.other_origin' }, key)
    }
    if (api[key].access === 'public') continue
    const stolen = await make(key, { as: { cookie: as.cookie, csrf_token: '' } })
    assert.deepEqual(stolen, { status: 403, code: 'policy.csrf_token_wrong' }, key)
  }
})

test('our own pages may change things', async () => {
  const host = new URL(site.policy.url).host
  const headers = { origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }
  const out = await make('DELETE /api/v1/session', { as: await asRole('viewer'), headers })
  assert.equal(out.status, 204)
})
