/** Who may make which call: every route × everyone who could come, through the real application. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { systemClock } from '#base/clock.ts'
import { silentLog } from '#base/log.ts'
import { prometheusMetrics } from '#base/metrics.ts'
import { type ApiCall, api } from '#model/api.ts'
import type { Role } from '#model/user.ts'
import { recordsFaults } from '#parts/records/faults.ts'
import type { Desk, Who } from '../handler.ts'
import { policyApp } from './app.ts'
import { guard } from './guard.ts'

/** The lowest role that may, and who else may beside the ladder. Written by hand: it is what we mean, not what we did. */
type Meant = 'public' | 'session' | 'viewer' | 'analyst' | 'administrator'
const table: Readonly<Record<ApiCall, Meant | readonly [Meant, 'deploy']>> = {
  'POST /api/v1/session': 'public',
  'GET /api/v1/openapi.json': 'public',
  'GET /api/v1/session': 'session',
  'DELETE /api/v1/session': 'session',
  'POST /api/v1/session/password': 'session',
  'POST /api/v1/session/totp': 'session',
  'PUT /api/v1/session/totp': 'session',
  'DELETE /api/v1/session/totp': 'session',
  'GET /api/v1/attacks': 'viewer',
  'GET /api/v1/attack-groups': 'viewer',
  'GET /api/v1/attacks-export': 'viewer',
  'GET /api/v1/attacks/{id}': 'viewer',
  'GET /api/v1/attacks/{id}/hits': 'viewer',
  'GET /api/v1/hits': 'viewer',
  'GET /api/v1/hits/{id}': 'viewer',
  'GET /api/v1/requests/{request_id}': 'viewer',
  'GET /api/v1/overview': 'viewer',
  'GET /api/v1/sites': 'viewer',
  'GET /api/v1/events': 'viewer',
  'GET /api/v1/events/stream': 'viewer',
  'GET /api/v1/lists': 'viewer',
  'GET /api/v1/policy': 'viewer',
  'GET /api/v1/policy/schema': 'viewer',
  'GET /api/v1/policy/commits': 'viewer',
  'GET /api/v1/policy/commits/{revision}': 'viewer',
  'GET /api/v1/policy/diff': 'viewer',
  'GET /api/v1/policy/rollout': 'viewer',
  'GET /api/v1/drafts': 'viewer',
  'GET /api/v1/drafts/{id}': 'viewer',
  'GET /api/v1/recorded-requests': 'viewer',
  'GET /api/v1/recorded-requests/{id}': 'viewer',
  'GET /api/v1/tokens': 'viewer',
  'POST /api/v1/tokens': 'viewer',
  'DELETE /api/v1/tokens/{id}': 'viewer',
  'GET /api/v1/nodes': ['viewer', 'deploy'],
  'GET /api/v1/invites': ['viewer', 'deploy'],
  'GET /api/v1/activity': 'analyst',
  'GET /api/v1/activity/verify': 'analyst',
  'POST /api/v1/policy/compare': 'analyst',
  'POST /api/v1/drafts': 'analyst',
  'PUT /api/v1/drafts/{id}': 'analyst',
  'DELETE /api/v1/drafts/{id}': 'analyst',
  'POST /api/v1/drafts/{id}/rebase': 'analyst',
  'POST /api/v1/drafts/{id}/check': 'analyst',
  'POST /api/v1/drafts/{id}/replay': 'analyst',
  'GET /api/v1/requests/{request_id}/fixes': 'analyst',
  'POST /api/v1/requests/{request_id}/fixes': 'analyst',
  'POST /api/v1/lists': 'analyst',
  'DELETE /api/v1/lists/{id}': 'analyst',
  'POST /api/v1/drafts/{id}/commit': 'administrator',
  'POST /api/v1/policy/apply': 'administrator',
  'POST /api/v1/policy/rollback': 'administrator',
  'POST /api/v1/policy/rollout/resume': 'administrator',
  'PUT /api/v1/lists': 'administrator',
  'PUT /api/v1/nodes/{id}': 'administrator',
  'POST /api/v1/nodes/{id}/revoke': 'administrator',
  'DELETE /api/v1/nodes/{id}': 'administrator',
  'POST /api/v1/invites': ['administrator', 'deploy'],
  'DELETE /api/v1/invites/{id}': ['administrator', 'deploy'],
  'GET /api/v1/users': 'administrator',
  'POST /api/v1/users': 'administrator',
  'PUT /api/v1/users/{username}': 'administrator',
  'DELETE /api/v1/users/{username}': 'administrator',
  'POST /api/v1/users/{username}/password-reset': 'administrator',
  'DELETE /api/v1/users/{username}/totp': 'administrator',
}
const keys = Object.keys(api) as ApiCall[]
const ladder = ['viewer', 'analyst', 'administrator'] as const

type Comer = {
  readonly name: string
  readonly headers: Readonly<Record<string, string>>
  /** Undefined: nobody. */
  readonly role?: Role
  readonly must_change_password?: true
}
const session = (name: string) => ({ cookie: `gatehouse=${name}`, 'x-csrf-token': 'csrf' })
const comers: readonly Comer[] = [
  { name: 'nobody', headers: {} },
  { name: 'a stranger with a cookie', headers: session('stranger') },
  ...ladder.map((role) => ({ name: `session of ${role}`, role, headers: session(role) })),
  ...([...ladder, 'deploy'] as const).map((role) => ({
    name: `token of ${role}`,
    role,
    headers: { authorization: `Bearer ${role}` },
  })),
  { name: 'local', role: 'administrator', headers: { 'x-test-local': 'yes' } },
  {
    name: 'an administrator who must change the password',
    role: 'administrator',
    must_change_password: true,
    headers: session('changing'),
  },
]

function whoIs(name: string | undefined, kind: Who['kind']): Who | undefined {
  const comer = comers.find(
    ({ headers }) =>
      headers['cookie'] === `gatehouse=${name}` || headers['authorization'] === `Bearer ${name}`,
  )
  if (!comer?.role) return undefined
  return {
    kind,
    username: 'somebody',
    role: comer.role,
    csrf_token: kind === 'session' ? 'csrf' : '',
    must_change_password: comer.must_change_password === true,
    has_totp: false,
    expires_at_ms: 0,
  }
}

/** Knows who comes; whatever else a handler reaches for is away, so that none does anything. */
function deskWithoutEffects(): Desk {
  const away = <T extends object>(has: object): T =>
    new Proxy(has, {
      get(target, name) {
        if (Reflect.has(target, name)) return Reflect.get(target, name)
        throw recordsFaults.unavailable({ why: String(name) })
      },
    }) as T
  return away<Desk>({
    clock: systemClock,
    log: silentLog,
    database: away({ trouble: () => undefined }),
    sessions: { find: async (name: string | undefined) => whoIs(name, 'session') },
    tokens: { find: async (name: string) => whoIs(name, 'token') },
  })
}

let app: FastifyInstance
before(async () => {
  const world = {
    clock: systemClock,
    log: silentLog,
    metrics: prometheusMetrics(),
    stop: new AbortController().signal,
  }
  const options = {
    guard: guard([]),
    cookie_name: 'gatehouse',
    is_tls: false,
    is_trusted_tls: false,
    session_max_ms: 1000,
    console_dir: '/nonexistent',
    node: 'a',
    version: '0',
    database_label: 'none',
    isLocal: (request: { headers: NodeJS.Dict<string | string[]> }) =>
      request.headers['x-test-local'] === 'yes',
  }
  app = await policyApp(deskWithoutEffects(), options, world)
})
after(() => app.close())

function meant(key: ApiCall): { readonly lowest: Meant; readonly also: boolean } {
  const entry = table[key]
  return typeof entry === 'string'
    ? { lowest: entry, also: false }
    : { lowest: entry[0], also: true }
}

const before_own_password: readonly ApiCall[] = [
  'GET /api/v1/session',
  'DELETE /api/v1/session',
  'POST /api/v1/session/password',
]

/** What the table says that this comer gets. */
function expected(key: ApiCall, { role, must_change_password }: Comer): string {
  const { lowest, also } = meant(key)
  if (lowest === 'public') return 'allowed'
  if (!role) return '401 policy.login_needed'
  if (must_change_password && !before_own_password.includes(key))
    return '403 policy.password_must_change'
  if (lowest === 'session') return 'allowed'
  const is_high_enough = ladder.indexOf(role as 'viewer') >= ladder.indexOf(lowest)
  return is_high_enough || (also && role === 'deploy') ? 'allowed' : '403 policy.role_too_low'
}

const refusals: ReadonlySet<string> = new Set([
  'policy.login_needed',
  'policy.role_too_low',
  'policy.password_must_change',
  'policy.csrf_token_wrong',
  'policy.token_wrong',
  'policy.two_identities',
  'policy.other_origin',
  'policy.host_unknown',
])

async function answerTo(key: ApiCall, headers: Readonly<Record<string, string>>): Promise<string> {
  const [method = '', path = ''] = key.split(' ')
  const url = path
    .replace('{revision}', '1')
    .replace('{username}', 'vera')
    .replace(/\{\w+\}/g, '0192e4a0-0000-7000-8000-000000000001')
  const answer = await app.inject({
    method: method as 'GET',
    url,
    headers: { host: 'localhost', ...headers },
  })
  const { code = '' } = answer.body === '' ? {} : answer.json<{ code?: string }>()
  return refusals.has(code) ? `${answer.statusCode} ${code}` : 'allowed'
}

test('every route is in the table, and the table has no other', () => {
  assert.deepEqual(Object.keys(table).sort(), [...keys].sort())
})

test('every route × everyone gets what the table says', async () => {
  let cells = 0
  for (const key of keys) {
    for (const comer of comers) {
      const answer = await answerTo(key, comer.headers)
      assert.equal(answer, expected(key, comer), `${key} for ${comer.name}`)
      cells++
    }
  }
  assert.equal(cells, keys.length * 11)
  assert.ok(cells >= 64 * 11, String(cells))
})

test('every call that changes something refuses wrong CSRF tokens and pages of others', async () => {
  const changing = keys.filter((key) => !key.startsWith('GET '))
  assert.ok(changing.length >= 30)
  for (const key of changing) {
    const mine = session('administrator')
    for (const strange of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ])
      assert.equal(await answerTo(key, { ...mine, ...strange }), '403 policy.other_origin', key)
    const own = { ...mine, origin: 'http://localhost', 'sec-fetch-site': 'same-origin' }
    assert.equal(await answerTo(key, own), 'allowed', key)
    if (table[key] === 'public') continue
    for (const csrf of ['', 'x']) {
      const answer = await answerTo(key, { ...mine, 'x-csrf-token': csrf })
      assert.equal(answer, '403 policy.csrf_token_wrong', key)
    }
  }
})

test('a cookie and a token together are refused everywhere', async () => {
  const both = { ...session('administrator'), authorization: 'Bearer administrator' }
  for (const key of keys) assert.equal(await answerTo(key, both), '400 policy.two_identities', key)
})

/** One line a call: who may make it. */
function documented(): string {
  const roles = [...ladder, 'deploy'] as const
  const lines = keys.map((key) => {
    const { lowest, also } = meant(key)
    const marks = roles.map((role) => {
      if (lowest === 'public' || lowest === 'session') return 'yes'
      if (role === 'deploy') return also ? 'yes' : ''
      return ladder.indexOf(role) >= ladder.indexOf(lowest) ? 'yes' : ''
    })
    return `| \`${key.replace('/api/v1', '')}\` | ${lowest === 'public' ? 'yes' : ''} | ${marks.join(' | ')} |`
  })
  return `| call | nobody | ${roles.join(' | ')} |\n|---|---|---|---|---|---|\n${lines.join('\n')}`
}

test('the threat model shows the same table', () => {
  const path = join(import.meta.dirname, '../../../../docs/threat-model.md')
  const [, shown = ''] = readFileSync(path, 'utf8').split(/<!-- \/?calls -->/)
  assert.equal(shown.trim(), documented())
})
