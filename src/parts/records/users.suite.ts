/** What every engine of the records must do with users and sessions. */
import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { sql } from 'kysely'
import type { Database } from './database.ts'
import { noonPlus, unforced } from './records.support.ts'
import {
  deleteEndedSessions,
  deleteSession,
  deleteSessionsOf,
  findSession,
  insertSession,
  touchSession,
} from './sessions.ts'
import {
  createUser,
  findUser,
  hasNoUsers,
  listUsers,
  noteLogin,
  removeUser,
  setPassword,
  setRole,
} from './users.ts'

const vera = {
  id: '0192e4a0-0000-7000-8000-000000000001',
  username: 'Vera',
  role: 'analyst',
  password_hash: '$argon2id$x',
  must_change_password: true,
  created_at: noonPlus(0),
} as const
/** What comes with use. */
const unused = {
  password_changed_at: null,
  last_login_at: null,
  totp_secret: null,
  totp_pending: null,
  totp_pending_at: null,
  totp_used_step: null,
} as const
const anna = { ...vera, id: '0192e4a0-0000-7000-8000-000000000002', username: 'anna' }

export function usersSuite(given: () => Database): void {
  const db = () => unforced(given())
  describe('users and sessions', () => {
    beforeEach(() => sql`delete from users`.execute(db().kysely))

    test('a user is found by name in any case, and a name is given once', async () => {
      assert.equal(await hasNoUsers(db()), true)
      assert.equal(await createUser(db(), vera), true)
      assert.equal(await createUser(db(), { ...anna, username: 'VERA' }), false)
      assert.equal(await hasNoUsers(db()), false)
      const found = await findUser(db(), 'vErA')
      assert.deepEqual(found, { ...vera, ...unused, username: 'vera' })
      assert.equal(await findUser(db(), 'anna'), undefined)
      assert.equal(await findUser(db(), "' or true --"), undefined)
      assert.equal(await findUser(db(), 'vera\0'), undefined)
    })

    test('two who make the first user at once: one succeeds', async () => {
      const made = await Promise.all([
        createUser(db(), vera),
        createUser(db(), { ...vera, id: anna.id }),
      ])
      assert.deepEqual(made.sort(), [false, true])
    })

    test('a password is set for one user only', async () => {
      await createUser(db(), vera)
      await createUser(db(), anna)
      const password = {
        password_hash: 'new',
        must_change_password: false,
        password_changed_at: noonPlus(5),
      }
      await setPassword(db(), vera.id, password)
      assert.deepEqual(await findUser(db(), 'vera'), {
        ...vera,
        ...unused,
        username: 'vera',
        ...password,
      })
      assert.equal((await findUser(db(), 'anna'))?.password_hash, anna.password_hash)
    })

    test('a session carries its user as it is now, until it is ended', async () => {
      await createUser(db(), vera)
      const session = { id_hash: 'aa', user_id: vera.id, client: '203.0.113.9', at: noonPlus(0) }
      await insertSession(db(), session)
      await touchSession(db(), 'aa', noonPlus(7))
      assert.deepEqual(await findSession(db(), 'aa'), {
        id_hash: 'aa',
        user_id: vera.id,
        username: 'vera',
        role: 'analyst',
        must_change_password: true,
        has_totp: false,
        created_at: noonPlus(0),
        seen_at: noonPlus(7),
      })
      assert.equal(await findSession(db(), 'ab'), undefined)
      await deleteSession(db(), 'aa')
      assert.equal(await findSession(db(), 'aa'), undefined)
    })

    test('all sessions of a user end together, those of others stay', async () => {
      await createUser(db(), vera)
      await createUser(db(), anna)
      for (const [id_hash, user_id] of [
        ['a', vera.id],
        ['b', vera.id],
        ['c', anna.id],
      ] as const) {
        await insertSession(db(), { id_hash, user_id, client: 'x', at: noonPlus(0) })
      }
      await insertSession(db(), { id_hash: 'd', user_id: anna.id, client: 'x', at: noonPlus(0) })
      await deleteSessionsOf(db(), anna.id, 'c')
      assert.equal(await findSession(db(), 'd'), undefined)
      await deleteSessionsOf(db(), vera.id)
      const left = await Promise.all(['a', 'b', 'c'].map((id) => findSession(db(), id)))
      assert.deepEqual(
        left.map((session) => session?.username),
        [undefined, undefined, 'anna'],
      )
    })

    test('sessions that were not seen or are too old are cleared', async () => {
      await createUser(db(), vera)
      const open = (id_hash: string, minutes: number) =>
        insertSession(db(), { id_hash, user_id: vera.id, client: 'x', at: noonPlus(minutes) })
      await open('unseen', 0)
      await open('old', 0)
      await open('fresh', 50)
      await touchSession(db(), 'old', noonPlus(59))
      await deleteEndedSessions(db(), { seen_before: noonPlus(30), created_before: noonPlus(-10) })
      assert.equal(await findSession(db(), 'unseen'), undefined)
      assert.ok(await findSession(db(), 'old'))
      await deleteEndedSessions(db(), { seen_before: noonPlus(30), created_before: noonPlus(30) })
      assert.equal(await findSession(db(), 'old'), undefined)
      assert.ok(await findSession(db(), 'fresh'))
    })

    test('who proved to know a password that was changed since is not logged in, and changes none', async () => {
      await createUser(db(), vera)
      const proved = { ...vera, totp_secret: null }
      const next = { must_change_password: false, password_changed_at: noonPlus(1) }
      const set = (password_hash: string, known: string) =>
        setPassword(db(), vera.id, { ...next, password_hash }, known)
      assert.equal(await set('new', vera.password_hash), true)
      assert.equal(await set('late', vera.password_hash), false)
      assert.equal(await noteLogin(db(), proved, noonPlus(2)), false)
      const known = { ...proved, password_hash: 'new' }
      assert.equal(await noteLogin(db(), { ...known, totp_secret: 'x' }, noonPlus(2)), false)
      assert.equal(await noteLogin(db(), known, noonPlus(2)), true)
    })

    test('the list of users is by name, with their last logins', async () => {
      await createUser(db(), vera)
      await createUser(db(), anna)
      assert.equal(await noteLogin(db(), { ...vera, totp_secret: null }, noonPlus(3)), true)
      assert.deepEqual(
        (await listUsers(db())).map((user) => [user.username, user.last_login_at]),
        [
          ['anna', null],
          ['vera', noonPlus(3)],
        ],
      )
    })

    const inTransaction = <T>(change: (inner: Database) => Promise<T>): Promise<T> =>
      db()
        .kysely.transaction()
        .execute((trx) => change({ ...db(), kysely: trx }))

    test('the last administrator is neither demoted nor removed, others are', async () => {
      await createUser(db(), { ...vera, role: 'administrator' })
      await createUser(db(), { ...anna, role: 'administrator' })
      const gone = '0192e4a0-0000-7000-8000-00000000ffff'
      assert.equal(await inTransaction((i) => setRole(i, anna.id, 'viewer')), 'done')
      assert.equal(await inTransaction((i) => setRole(i, vera.id, 'analyst')), 'last')
      assert.equal(await inTransaction((i) => setRole(i, vera.id, 'administrator')), 'done')
      assert.equal(await inTransaction((i) => removeUser(i, vera.id)), 'last')
      assert.equal(await inTransaction((i) => setRole(i, gone, 'viewer')), 'gone')
      assert.equal(await inTransaction((i) => removeUser(i, anna.id)), 'done')
      assert.equal(await inTransaction((i) => removeUser(i, anna.id)), 'gone')
      assert.deepEqual(
        (await listUsers(db())).map((user) => [user.username, user.role]),
        [['vera', 'administrator']],
      )
    })

    test('of administrators who take each other away at once one stays', async () => {
      for (let round = 0; round < 3; round++) {
        await sql`delete from users`.execute(db().kysely)
        await createUser(db(), { ...vera, role: 'administrator' })
        await createUser(db(), { ...anna, role: 'administrator' })
        const outcomes = await Promise.all([
          inTransaction((i) => setRole(i, vera.id, 'viewer')),
          inTransaction((i) => removeUser(i, anna.id)),
        ])
        assert.deepEqual(outcomes.sort(), ['done', 'last'], `round ${round}`)
      }
    })
  })
}
