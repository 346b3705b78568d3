/** What every engine of the records must do with second factors and tokens. */
import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { sql } from 'kysely'
import type { Database } from './database.ts'
import { noonPlus, unforced } from './records.support.ts'
import {
  deleteExpiredTokens,
  deleteToken,
  findToken,
  getToken,
  insertToken,
  listTokens,
  touchToken,
} from './tokens.ts'
import { createUser, findUser, removeUser } from './users.ts'
import { confirmTotp, removeTotp, setPendingTotp, spendTotpStep } from './users-totp.ts'

const vera = {
  id: '0192e4a0-0000-7000-8000-000000000001',
  username: 'vera',
  role: 'analyst',
  password_hash: '$argon2id$x',
  must_change_password: false,
  created_at: noonPlus(0),
} as const

function tokenOf(last: string, words: Partial<Parameters<typeof insertToken>[1]> = {}) {
  return {
    id: `0192e4a0-0000-7000-8000-00000000000${last}`,
    token_hash: `hash-${last}`,
    name: `token ${last}`,
    kind: 'personal' as const,
    role: 'viewer' as const,
    user_id: vera.id,
    created_at: noonPlus(0),
    expires_at: noonPlus(60),
    ...words,
  }
}

export function tokensSuite(given: () => Database): void {
  const db = () => unforced(given())
  describe('tokens and second factors', () => {
    beforeEach(async () => {
      await sql`delete from tokens`.execute(db().kysely)
      await sql`delete from users`.execute(db().kysely)
      await createUser(db(), vera)
    })

    test('a token is found by its hash, with its owner as it is now', async () => {
      await insertToken(db(), tokenOf('1'))
      await insertToken(db(), tokenOf('2', { user_id: null, kind: 'deploy', expires_at: null }))
      await touchToken(db(), tokenOf('1').id, noonPlus(5))
      const { token_hash: _, ...one } = tokenOf('1')
      assert.deepEqual(await findToken(db(), 'hash-1'), {
        ...one,
        last_used_at: noonPlus(5),
        username: 'vera',
        owner_role: 'analyst',
        must_change_password: false,
      })
      const local = await getToken(db(), tokenOf('2').id)
      assert.deepEqual(
        [local?.username, local?.owner_role, local?.expires_at, local?.last_used_at],
        [null, null, null, null],
      )
      assert.equal(await findToken(db(), 'token 1'), undefined)
    })

    test('lists are of one owner, of the machine, or of all', async () => {
      await insertToken(db(), tokenOf('1'))
      await insertToken(db(), tokenOf('2', { user_id: null, created_at: noonPlus(1) }))
      const names = async (user_id?: string | null) =>
        (await listTokens(db(), user_id)).map((token) => token.name)
      assert.deepEqual(await names(), ['token 2', 'token 1'])
      assert.deepEqual(await names(vera.id), ['token 1'])
      assert.deepEqual(await names(null), ['token 2'])
    })

    test('tokens end with their owner, when they are revoked, and long after they expired', async () => {
      await insertToken(db(), tokenOf('1'))
      assert.equal(await deleteToken(db(), tokenOf('1').id), true)
      assert.equal(await deleteToken(db(), tokenOf('1').id), false)
      await insertToken(db(), tokenOf('2'))
      await insertToken(db(), tokenOf('3', { expires_at: null, user_id: null }))
      await insertToken(db(), tokenOf('4', { expires_at: noonPlus(10) }))
      await deleteExpiredTokens(db(), noonPlus(30))
      assert.equal((await listTokens(db())).length, 2)
      await removeUser(db(), vera.id)
      assert.deepEqual(
        (await listTokens(db())).map((token) => token.name),
        ['token 3'],
      )
    })

    test('a second factor counts once it is confirmed, and only the secret that waits', async () => {
      const confirmed = { totp_secret: 'b', totp_used_step: 7 }
      assert.equal(await confirmTotp(db(), vera.id, confirmed), false)
      for (const totp_pending of ['a', 'b'])
        await setPendingTotp(db(), vera.id, { totp_pending, totp_pending_at: noonPlus(1) })
      assert.equal(await confirmTotp(db(), vera.id, { ...confirmed, totp_secret: 'a' }), false)
      assert.equal(await confirmTotp(db(), vera.id, confirmed), true)
      assert.equal(await confirmTotp(db(), vera.id, confirmed), false)
      const user = await findUser(db(), 'vera')
      assert.deepEqual([user?.totp_secret, user?.totp_pending], ['b', null])
      await removeTotp(db(), vera.id)
      assert.equal((await findUser(db(), 'vera'))?.totp_secret, null)
    })

    test('the code of a step is spent once, also by many at a time, and none before it later', async () => {
      const spend = (step: number) => spendTotpStep(db(), vera.id, step)
      const answers = await Promise.all(Array.from({ length: 8 }, () => spend(100)))
      assert.equal(answers.filter(Boolean).length, 1)
      assert.equal(await spend(99), false)
      assert.equal(await spend(101), true)
    })
  })
}
