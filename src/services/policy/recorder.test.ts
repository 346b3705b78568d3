import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testClock } from '#base/clock.ts'
import { failedLogins } from './login/failed-logins.ts'
import { mayCall } from './login/roles.ts'
import { roleOf } from './login/tokens.ts'
import { actorName, withoutSecrets } from './recorder.ts'

test('withoutSecrets() leaves texts out whose names tell a secret, at any depth', () => {
  const { kept, left_out } = withoutSecrets({
    role: 'viewer',
    must_change_password: true,
    expires_at: null,
    new_password: 'a',
    token: 'b',
    list: [{ api_token: 'c', private_key: 'd', name: 'e' }],
    inner: { secret: { deep: 'f' }, key: 'g', monkey: 'h', token_id: 'i' },
  })
  assert.deepEqual(left_out, ['new_password', 'token', 'api_token', 'private_key', 'secret', 'key'])
  const out = '(left out)'
  assert.deepEqual(kept, {
    role: 'viewer',
    must_change_password: true,
    expires_at: null,
    new_password: out,
    token: out,
    list: [{ api_token: out, private_key: out, name: 'e' }],
    inner: { secret: out, key: out, monkey: 'h', token_id: 'i' },
  })
})

test('actorName() tells people, tokens and nobody apart', () => {
  const token = { id: 'x', name: 'ci', user_id: null }
  assert.equal(actorName({ username: 'vera' }), 'vera')
  assert.equal(actorName({ username: 'vera', token }), 'token:ci of vera')
  assert.equal(actorName(undefined), 'nobody')
})

test('failed logins are told up to a bound, then counted, and told again later', () => {
  let now_ms = 0
  const failed = failedLogins({ ...testClock(), elapsed: () => now_ms })
  const told = Array.from({ length: 70 }, () => failed.next())
  assert.equal(told.filter((one) => one !== undefined).length, 60)
  now_ms = 600_000
  assert.deepEqual(failed.next(), { not_told: 10 })
  assert.deepEqual(failed.next(), { not_told: 0 })
})

test('roleOf() is the weaker of token and owner; deploy needs an administrator; the machine is its own owner', () => {
  const cases = [
    ['personal', 'viewer', 'administrator', 'viewer'],
    ['personal', 'administrator', 'viewer', 'viewer'],
    ['personal', 'analyst', 'analyst', 'analyst'],
    ['personal', 'administrator', null, 'administrator'],
    ['deploy', 'deploy', 'administrator', 'deploy'],
    ['deploy', 'deploy', 'analyst', undefined],
    ['deploy', 'deploy', null, 'deploy'],
  ] as const
  for (const [kind, role, owner_role, expected] of cases)
    assert.equal(roleOf({ kind, role, owner_role }), expected, `${kind} ${role} ${owner_role}`)
})

test('deploy may only what names it', () => {
  assert.equal(mayCall('deploy', { access: 'viewer' }), false)
  assert.equal(mayCall('deploy', { access: 'administrator', also: ['deploy'] }), true)
  assert.equal(mayCall('analyst', { access: 'administrator', also: ['deploy'] }), false)
})
