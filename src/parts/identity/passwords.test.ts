import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault } from '#base/fault.ts'
import { isOutdated, oneTimePassword, passwords } from './passwords.ts'

test('a password fits its own hash and no other does', async () => {
  const { hash, verify } = passwords()
  const known = await hash('correct horse')
  assert.match(known, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  assert.equal(await verify(known, 'correct horse'), true)
  assert.equal(await verify(known, 'correct horsf'), false)
  assert.notEqual(await hash('correct horse'), known)
})

test('composed and decomposed letters are the same password', async () => {
  const { hash, verify } = passwords()
  assert.equal(await verify(await hash('stra\u00dfe-\u00e9'), 'stra\u00dfe-e\u0301'), true)
})

test('an unknown user is refused, and takes as long as a wrong password', async () => {
  const { hash, verify } = passwords()
  const known = await hash('something')
  const time = async (candidate: string | undefined) => {
    let best = Number.POSITIVE_INFINITY
    for (let i = 0; i < 5; i++) {
      const start = performance.now()
      assert.equal(await verify(candidate, 'wrong'), false)
      best = Math.min(best, performance.now() - start)
    }
    return best
  }
  const [unknown_ms, wrong_ms] = [await time(undefined), await time(known)]
  assert.ok(unknown_ms > wrong_ms / 3, `${unknown_ms} ms against ${wrong_ms} ms`)
})

test('more than the limit are refused at once, the rest have their turn', async () => {
  const { verify } = passwords({ at_once: 1, waiting_max: 2 })
  const answers = await Promise.allSettled([1, 2, 3, 4].map(() => verify(undefined, 'x')))
  assert.deepEqual(
    answers.map((a) => a.status),
    ['fulfilled', 'fulfilled', 'fulfilled', 'rejected'],
  )
  const refused = answers[3]
  assert.ok(refused?.status === 'rejected' && refused.reason instanceof Fault)
  assert.equal(refused.reason.code, 'identity.busy')
  assert.equal(await verify(undefined, 'x'), false)
})

test('a hash made with less effort is outdated', async () => {
  assert.equal(isOutdated(await passwords().hash('x')), false)
  assert.equal(
    isOutdated(`$argon2id$v=19$m=4096,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`),
    true,
  )
})

test('one-time passwords are readable and never the same', () => {
  const made = Array.from({ length: 200 }, oneTimePassword)
  for (const password of made)
    assert.match(password, /^([2-9a-hjkmnp-z]{4}-){4}[2-9a-hjkmnp-z]{4}$/)
  assert.equal(new Set(made).size, 200)
})
