import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { openDatabase } from './database.ts'
import { postgresServer, type TestServer } from './postgres.support.ts'
import { openPrepared } from './prepared-directory.support.ts'
import { recordsSuite } from './records.suite.ts'
import { testWorld } from './records.support.ts'

const dir = await mkdtemp(join(tmpdir(), 'gatehouse-records-'))
after(() => rm(dir, { recursive: true }))
recordsSuite('embedded', () => openPrepared(dir, testWorld()))

let server: TestServer | undefined
after(() => server?.[Symbol.asyncDispose]())
recordsSuite('PostgreSQL', async () => {
  server = await postgresServer()
  const db = await openDatabase({ kind: 'postgres', url: server.url }, testWorld())
  await opened(db.trouble)
  return db
})

async function opened(trouble: () => string | undefined): Promise<void> {
  const limit = AbortSignal.timeout(20_000)
  while (trouble() !== undefined) {
    limit.throwIfAborted()
    await testWorld().clock.sleep(20)
  }
}
