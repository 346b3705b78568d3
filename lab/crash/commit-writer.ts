/** Commits in an embedded database for ever and prints each revision that is acknowledged; meant to be killed. */
import { createHash } from 'node:crypto'
import { writeSync } from 'node:fs'
import { bundleOf } from '#parts/records/commits.support.ts'
import { headRevision, insertCommit } from '#parts/records/commits.ts'
import { openPrepared } from '#parts/records/prepared-directory.support.ts'
import { testWorld } from '#parts/records/records.support.ts'

const db = await openPrepared(process.argv[2] ?? '', testWorld())
for (let revision = (await headRevision(db)) + 1; ; revision++) {
  const text = createHash('sha512').update(`${revision}`).digest('hex').repeat(500)
  const files = new Map([
    ['policy.json', Buffer.from(`{"revision":${revision}}`)],
    ['rules/0001.conf', Buffer.from(text)],
  ])
  const bundle = bundleOf(revision, files)
  const document = { revision }
  if (!(await insertCommit(db, { bundle, document, changes: 1 }, files, revision - 1))) {
    throw new Error(`revision ${revision} was refused`)
  }
  writeSync(1, `${revision} ${bundle.id}\n`)
}
