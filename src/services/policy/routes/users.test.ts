import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type TestPolicy, testPolicy } from '../policy.support.ts'

let site: TestPolicy
before(async () => {
  site = await testPolicy()
})
after(() => site[Symbol.asyncDispose]())

const reset = (username: string) =>
  site.ask(`POST /api/v1/users/${username}/password-reset`, { socketPath: site.socket_path })

test('a reset gives a one-time password, ends all sessions, and must be followed by a new password', async () => {
  await site.addUser('anna', 'analyst')
  const before_reset = await site.login('anna')
  const answer = await reset('anna')
  assert.equal(answer.status, 200)
  const { one_time_password } = answer.json as { one_time_password: string }
  const old = await site.ask('GET /api/v1/session', { as: before_reset })
  assert.equal(old.status, 401)
  assert.equal((await site.login('anna')).asked.status, 401)
  const login = await site.login('anna', one_time_password)
  assert.equal(login.asked.status, 200)
  assert.equal((login.asked.json as { must_change_password: boolean }).must_change_password, true)
  assert.equal((await site.ask('GET /api/v1/attacks', { as: login })).status, 403)
})

test('there is no reset for a user that is not there', async () => {
  const answer = await reset('nobody')
  assert.equal(answer.status, 404)
  assert.match(answer.text, /nobody/)
})
