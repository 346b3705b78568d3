/** Commits: policies that were decided, each with its signed bundle; and the files that bundles name, once each. */
import { sql, type Transaction } from 'kysely'
import type { SignedBundle } from '#model/bundle.ts'
import type { Database } from './database.ts'
import type { Page } from './engine/cursor.ts'
import { names, recordset } from './engine/recordset.ts'
import { within } from './engine/within.ts'
import { recordsFaults } from './faults.ts'
import type { Tables } from './tables.ts'

export type StoredCommit = {
  readonly bundle: SignedBundle
  /** Normalised: every default spelled out. */
  readonly document: Record<string, unknown>
  /** How many things differ from the commit before. */
  readonly changes: number
}

/** A commit without its document. */
export type CommitRow = {
  readonly revision: number
  readonly bundle_id: string
  readonly author: string
  readonly message: string
  readonly at: string
  readonly changes: number
}

/** What becomes true together with a commit, or not at all. */
export type CommitSideEffects = {
  /** The draft that it ends, unless that was written since. */
  readonly draft?: { readonly id: string; readonly version: number }
  /** What was taken from a settings file. */
  readonly import_hash?: string
}

/** Older commits are forgotten, with the files that only they name. */
export const commits_kept = 200

export async function newestCommit(db: Database): Promise<StoredCommit | undefined> {
  const row = await db.kysely
    .selectFrom('commits')
    .select(['bundle', 'document', 'changes'])
    .orderBy('revision', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && stored(row)
}

export async function getCommit(db: Database, revision: number): Promise<StoredCommit | undefined> {
  const row = await db.kysely
    .selectFrom('commits')
    .select(['bundle', 'document', 'changes'])
    .where('revision', '=', revision)
    .executeTakeFirst()
  return row && stored(row)
}

/** 0 before the first commit. Cheap: tells a copy in memory whether it is the newest. */
export async function headRevision(db: Database): Promise<number> {
  return headOf(db.kysely)
}

/** Newest first. @throws records.bad_cursor */
export async function listCommits(
  db: Database,
  page: { readonly cursor?: string | undefined; readonly limit: number },
): Promise<Page<CommitRow>> {
  const { cursor, limit } = page
  if (cursor !== undefined && !/^\d{1,9}$/.test(cursor)) {
    throw recordsFaults.bad_cursor({ cursor: cursor.slice(0, 200) })
  }
  let query = db.kysely
    .selectFrom('commits')
    .select(['revision', 'bundle_id', 'author', 'message', 'at', 'changes'])
  if (cursor !== undefined) query = query.where('revision', '<', Number(cursor))
  const rows = await query
    .orderBy('revision', 'desc')
    .limit(limit + 1)
    .execute()
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, next_cursor: rows.length > limit && last ? String(last.revision) : null }
}

/** Undefined when no kept commit names it. */
export async function contentFile(db: Database, sha256: string): Promise<Uint8Array | undefined> {
  if (!/^[0-9a-f]{64}$/.test(sha256)) return undefined
  const row = await db.kysely
    .selectFrom('content_files')
    .select('bytes')
    .where('sha256', '=', sha256)
    .executeTakeFirst()
  return row?.bytes
}

/** All files of a bundle by path; undefined when one of them is not here. */
export async function contentFiles(
  db: Database,
  bundle: SignedBundle,
): Promise<Map<string, Uint8Array> | undefined> {
  const rows = await db.kysely
    .selectFrom('content_files')
    .select(['sha256', 'bytes'])
    .where('sha256', 'in', [...new Set(bundle.head.files.map((file) => file.sha256))])
    .execute()
  const bytes = new Map(rows.map((row) => [row.sha256, row.bytes]))
  const files = new Map<string, Uint8Array>()
  for (const { path, sha256 } of bundle.head.files) {
    const found = bytes.get(sha256)
    if (!found) return undefined
    files.set(path, found)
  }
  return files
}

/**
 * Stores a commit on top of `expected_head` (0: the first) in one transaction; when it resolves to true the commit
 * survives whatever happens. Its revision is a higher one, not always the next (`revisionFloor`). False: somebody else was first, and nothing was stored. Inside a transaction of the caller
 * it lasts when that does.
 * @throws records.unavailable
 */
export async function insertCommit(
  db: Database,
  commit: StoredCommit,
  files: ReadonlyMap<string, Uint8Array>,
  expected_head: number,
  also: CommitSideEffects = {},
): Promise<boolean> {
  const is_stored = await within(db, async (trx) => {
    // Comes first: whoever commits at the same time waits, so that nothing below happens twice at once.
    if (!(await claimRevision(trx, commit, expected_head))) return false
    await addFiles(trx, commit.bundle, files)
    const { draft, import_hash } = also
    if (draft) {
      await trx
        .deleteFrom('drafts')
        .where('id', '=', draft.id)
        .where('version', '=', draft.version)
        .execute()
    }
    if (import_hash !== undefined) await writeImport(trx, import_hash)
    await forgetOld(trx)
    return true
  })
  if (is_stored) await db.durable()
  return is_stored
}

/** Digest of what was last taken from a settings file; undefined when nothing ever was. */
export async function lastImport(db: Database): Promise<string | undefined> {
  const row = await db.kysely.selectFrom('file_imports').select('hash').executeTakeFirst()
  return row?.hash
}

export async function saveImport(db: Database, hash: string): Promise<void> {
  await writeImport(db.kysely, hash)
  await db.durable()
}

async function writeImport(db: Pick<Database['kysely'], 'insertInto'>, hash: string) {
  await db
    .insertInto('file_imports')
    .values({ id: 1, hash })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ hash }))
    .execute()
}

async function headOf(db: Pick<Database['kysely'], 'selectFrom'>): Promise<number> {
  const row = await db
    .selectFrom('commits')
    .select('revision')
    .orderBy('revision', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.revision ?? 0
}

async function claimRevision(
  trx: Transaction<Tables>,
  { bundle, document, changes }: StoredCommit,
  expected_head: number,
): Promise<boolean> {
  const { revision, content, author, message, committed_at } = bundle.head
  if (revision <= expected_head) return false
  // The head is no row yet: only the table can be held. Readers do not wait for this.
  await sql`lock table commits in share row exclusive mode`.execute(trx)
  if ((await headOf(trx)) !== expected_head) return false
  const result = await trx
    .insertInto('commits')
    .values({
      revision,
      bundle_id: bundle.id,
      content,
      bundle: JSON.stringify(bundle),
      document: JSON.stringify(document),
      author: author.replaceAll('\0', ''),
      message: message.replaceAll('\0', ''),
      at: committed_at,
      changes,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

async function addFiles(
  trx: Transaction<Tables>,
  bundle: SignedBundle,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  const byHash = new Map(bundle.head.files.map((file) => [file.sha256, file]))
  const known = await trx
    .selectFrom('content_files')
    .select('sha256')
    .where('sha256', 'in', [...byHash.keys()])
    .execute()
  const rows = [...byHash.values()].map(({ sha256 }) => ({
    sha256,
    revision: bundle.head.revision,
  }))
  const columns = { revision: 'bigint', sha256: 'text' }
  await sql`
    insert into commit_files (${names(columns)}) select ${names(columns)} from ${recordset(rows, columns)}
  `.execute(trx)
  for (const { sha256 } of known) byHash.delete(sha256)
  for (const { sha256, path, size_bytes } of byHash.values()) {
    const bytes = files.get(path)
    if (!bytes) throw new Error(`the commit names ${path}, which is not among its files`)
    await trx.insertInto('content_files').values({ sha256, size_bytes, bytes }).execute()
  }
}

async function forgetOld(trx: Transaction<Tables>): Promise<void> {
  const gone = await trx
    .deleteFrom('commits')
    .where('revision', '<=', (where) =>
      where
        .selectFrom('commits')
        .select('revision')
        .orderBy('revision', 'desc')
        .offset(commits_kept)
        .limit(1),
    )
    .returning('revision')
    .execute()
  if (gone.length === 0) return
  await trx
    .deleteFrom('content_files')
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom('commit_files')
            .select('commit_files.sha256')
            .whereRef('commit_files.sha256', '=', 'content_files.sha256'),
        ),
      ),
    )
    .execute()
}

function stored(row: { bundle: string; document: string; changes: number }): StoredCommit {
  return {
    bundle: JSON.parse(row.bundle) as SignedBundle,
    document: JSON.parse(row.document) as Record<string, unknown>,
    changes: row.changes,
  }
}
