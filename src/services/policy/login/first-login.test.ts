import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { openDatabase } from '#parts/records/database.ts'
import { postgresServer } from '#parts/records/postgres.support.ts'
import { testPolicy, testWorld } from '../policy.support.ts'

/** Resolves with what `look` finds; throws after 20 s. */
async function found<T>(look: () => Promise<T | undefined>): Promise<T> {
  const limit = AbortSignal.timeout(20_000)
  for (;;) {
    const one = await look()
    if (one !== undefined) return one
    limit.throwIfAborted()
    await testWorld().clock.sleep(50)
  }
}

test('a database that comes late gets its first user then, and a file tells the password', async () => {
  await using server = await postgresServer()
  await server.stop('fast')
  const world = testWorld()
  await using database = await openDatabase({ kind: 'postgres', url: server.url }, world)
  await using site = await testPolicy({}, { database })
  assert.equal(site.policy.first_login, undefined)
  assert.equal((await site.login('admin', 'x')).asked.status, 503)
  await server.start()
  const login = await found(async () => {
    const text = await readFile(join(site.dir, 'first-login'), 'utf8').catch(() => '')
    const attempt = text === '' ? undefined : await site.login('admin', text.trim())
    return attempt?.asked.status === 200 ? attempt : undefined
  })
  assert.equal((login.asked.json as { must_change_password: boolean }).must_change_password, true)
})
