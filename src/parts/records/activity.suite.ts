/** What every engine of the records must do with the activity log. */
import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { sql } from 'kysely'
import {
  appendActivity,
  listActivity,
  type NewActivity,
  verifyActivity,
  withActivity,
} from './activity.ts'
import type { Database } from './database.ts'
import { noonPlus, unforced } from './records.support.ts'
import { createUser, findUser } from './users.ts'

const entry: NewActivity = {
  at: noonPlus(0),
  who: 'vera',
  client: '203.0.113.9',
  action: 'users.create',
  subject: 'user anna',
  details: { role: 'viewer' },
}
const anna = {
  id: '0192e4a0-0000-7000-8000-000000000002',
  username: 'anna',
  role: 'viewer',
  password_hash: 'x',
  must_change_password: false,
  created_at: noonPlus(0),
} as const

export function activitySuite(given: () => Database): void {
  const db = () => unforced(given())
  /** What only somebody with the rights of the database's owner can do. */
  async function tamper(kysely: Database['kysely'], ...statements: string[]): Promise<void> {
    for (const statement of [
      'alter table activity disable trigger user',
      ...statements,
      'alter table activity enable trigger user',
    ])
      await sql.raw(statement).execute(kysely)
  }
  const sweep = ['delete from activity', "update activity_head set number = 0, hash = ''"]
  const write = async (count: number) => {
    for (let i = 1; i <= count; i++) await appendActivity(db(), { ...entry, subject: `user u${i}` })
  }

  describe('the activity log', () => {
    beforeEach(() => tamper(db().kysely, ...sweep, 'delete from users'))

    test('entries are numbered without gaps and chained, also when many write at once', async () => {
      const written = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          appendActivity(db(), { ...entry, details: { i, when: { deep: [1.5, null, 'ü漢🙂'] } } }),
        ),
      )
      assert.deepEqual(
        written.map((one) => one.number).sort((a, b) => a - b),
        Array.from({ length: 20 }, (_, i) => i + 1),
      )
      const check = await verifyActivity(db())
      assert.deepEqual(check, {
        is_intact: true,
        entries: 20,
        head: written.find((one) => one.number === 20)?.hash,
        broken_at: null,
        reason: '',
      })
    })

    test('an empty log is intact', async () => {
      const nothing = { entries: 0, head: '', broken_at: null, reason: '' }
      assert.deepEqual(await verifyActivity(db()), { is_intact: true, ...nothing })
    })

    test('text that the database cannot hold is replaced, what is too long is left out', async () => {
      await appendActivity(db(), {
        ...entry,
        who: 'a\0b\ud83d',
        subject: 'x'.repeat(5000),
        details: { 'k\0': ['\0', '\udc00', undefined, -0, 1e21, 1e-7], none: undefined },
      })
      await appendActivity(db(), { ...entry, details: { long: 'x'.repeat(20_000) } })
      assert.equal((await verifyActivity(db())).is_intact, true)
      const { items } = await listActivity(db(), { limit: 10 })
      assert.deepEqual(items[0]?.details, { is_left_out: true, size_bytes: 20_011 })
      assert.deepEqual(items[1]?.details, { 'k\ufffd': ['\ufffd', '\ufffd', null, 0, 1e21, 1e-7] })
      assert.deepEqual([items[1]?.who, items[1]?.subject.length], ['a\ufffdb\ufffd', 500])
    })

    test('no entry can be changed, removed or swept away', async () => {
      await write(2)
      for (const statement of [
        "update activity set who = 'somebody' where number = 1",
        'delete from activity where number = 2',
        'truncate activity',
      ])
        await assert.rejects(sql.raw(statement).execute(db().kysely), /never changed/)
      assert.equal((await verifyActivity(db())).entries, 2)
    })

    test('whoever changes it nevertheless is found out, at the first bad entry', async () => {
      const cases: readonly (readonly [statement: string, broken_at: number | null])[] = [
        ["update activity set who = 'somebody' where number = 3", 3],
        ["update activity set at = at + interval '1 second' where number = 2", 2],
        [`update activity set details = '{"role": "administrator"}' where number = 4`, 4],
        ['delete from activity where number = 2', 2],
        ['delete from activity where number = 5', 5],
        ['delete from activity', 1],
        ['update activity set number = 9 where number = 5', 5],
        ["update activity_head set hash = 'x'", null],
        ['update activity_head set number = 2', null],
      ]
      await write(5)
      for (const [statement, broken_at] of cases) {
        const undo = new Error('undo')
        const tampering = db()
          .kysely.transaction()
          .execute(async (kysely) => {
            await tamper(kysely, statement)
            const check = await verifyActivity({ ...db(), kysely })
            assert.deepEqual([check.is_intact, check.broken_at], [false, broken_at], statement)
            assert.notEqual(check.reason, '')
            throw undo
          })
        await assert.rejects(tampering, undo)
      }
      assert.equal((await verifyActivity(db())).is_intact, true)
    })

    test('a hash that was noted finds out a log that was rewritten as a whole', async () => {
      await write(3)
      const noted = (await verifyActivity(db())).head
      await write(1)
      assert.equal((await verifyActivity(db(), noted)).is_intact, true)
      await tamper(db().kysely, ...sweep)
      await write(2)
      assert.equal((await verifyActivity(db())).is_intact, true)
      const check = await verifyActivity(db(), noted)
      assert.equal(check.is_intact, false)
      assert.match(check.reason, /noted/)
    })

    test('a change and its entry are both there or neither', async () => {
      const change = (inner: Database) => createUser(inner, anna)
      assert.equal(await withActivity(db(), change, () => entry), true)
      assert.ok(await findUser(db(), 'anna'))
      const failing = withActivity(
        db(),
        async (inner) => {
          await createUser(inner, { ...anna, id: anna.id.replace(/2$/, '3'), username: 'otto' })
          throw new Error('changed my mind')
        },
        () => entry,
      )
      await assert.rejects(failing, /changed my mind/)
      const unwritable = withActivity(
        db(),
        (inner) => createUser(inner, { ...anna, id: anna.id.replace(/2$/, '4'), username: 'ida' }),
        () => ({ ...entry, at: 'never' }),
      )
      await assert.rejects(unwritable, RangeError)
      assert.deepEqual(
        [await findUser(db(), 'otto'), await findUser(db(), 'ida')],
        [undefined, undefined],
      )
      assert.equal((await verifyActivity(db())).entries, 1)
    })

    test('lists are newest first, page by page, and searched', async () => {
      await write(5)
      const first = await listActivity(db(), { limit: 2 })
      assert.deepEqual(
        first.items.map((one) => one.number),
        [5, 4],
      )
      const rest = await listActivity(db(), { limit: 5, cursor: first.next_cursor ?? '' })
      assert.deepEqual([rest.items.length, rest.next_cursor], [3, null])
      const found = await listActivity(db(), { limit: 5, q: 'USER U3' })
      assert.deepEqual(
        found.items.map((one) => one.subject),
        ['user u3'],
      )
      for (const q of ['%', '_', '\\', "'", '\0'])
        assert.equal((await listActivity(db(), { limit: 5, q })).items.length, 0, q)
      await assert.rejects(listActivity(db(), { limit: 5, cursor: 'x' }), {
        code: 'records.bad_cursor',
      })
    })
  })
}
