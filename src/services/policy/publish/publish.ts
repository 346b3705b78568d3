/**
 * ★ Publish: how a change becomes what every node enforces. check → replay → commit (checked again, packed, signed, stored)
 * → the notifier is told; and the ways back: rollback and fix.
 */
import { basename } from 'node:path'
import { Fault } from '#base/fault.ts'
import type { World } from '#base/service.ts'
import { bundleName } from '#model/bundle.ts'
import type { CheckResult, PolicyChange } from '#model/draft.ts'
import { type BundleFiles, packBundle } from '#parts/bundle/bundle.ts'
import type { FolderTrust } from '#parts/enforcement/check.ts'
import type { Authority } from '#parts/identity/authority.ts'
import { withActivity } from '#parts/records/activity.ts'
import { revisionFloor, revisions_lost_max } from '#parts/records/cluster-nodes.ts'
import {
  type CommitSideEffects,
  contentFiles,
  insertCommit,
  lastImport,
  newestCommit,
  type StoredCommit,
  saveImport,
} from '#parts/records/commits.ts'
import type { Database } from '#parts/records/database.ts'
import { deleteDraft } from '#parts/records/drafts.ts'
import { pruneRecorded } from '#parts/records/recorded-requests.ts'
import { policyFaults } from '../faults.ts'
import type { Note } from '../handler.ts'
import { type Compiler, compiler } from './compiler.ts'
import { countThings } from './diff.ts'
import { emptyDocument } from './document.ts'
import { filePrint, isBehind, saidByFile } from './file-policy.ts'
import { type Fixes, fixes } from './fixes.ts'
import { demandGood, refusingUncompiled } from './good.ts'
import { type History, history } from './history.ts'
import { type Judges, judges } from './judges.ts'
import { hasSameRules, noteOf } from './note.ts'
import { type Reader, reader } from './reader.ts'
import { type Replayer, replayer } from './replay.ts'
import type { Document } from './things.ts'

/** Who commits, and how it gets into the activity log. */
export type By = {
  readonly author: string
  /** Does a change and notes it: both or neither, lasting when it resolves. */
  keep<T>(note: Note, change: (database: Database) => Promise<T>): Promise<T>
}

export type NewCommit = {
  /** Normalised. */
  readonly document: Document
  readonly message: string
  /** Refuse when this is not the newest revision (any more). */
  readonly base_revision?: number | undefined
  /** Ended by the commit. */
  readonly draft?: CommitSideEffects['draft']
  readonly import_hash?: string
  /** What the compile thread may read for it. */
  readonly folder: FolderTrust
}

export type Committed = {
  readonly commit: StoredCommit
  readonly changes: readonly PolicyChange[]
  /** False: nothing differs from the newest commit, which is answered. */
  readonly is_new: boolean
}

export type Publish = AsyncDisposable & {
  readonly history: History
  readonly replay: Replayer
  readonly fixes: Fixes
  readonly reader: Reader
  /** Compiles everything and runs the rules' own tests. @throws policy.busy, policy.compiler_died */
  check(document: unknown, folder: FolderTrust): Promise<CheckResult>
  /** @throws policy.conflict, policy.check_failed, policy.note_required, policy.busy, policy.compiler_died */
  commit(change: NewCommit, by: By): Promise<Committed>
  /** An earlier commit again, with the rules that it had. @throws policy.not_found, policy.files_lost, and as `commit` */
  rollback(revision: number, message: string, by: By): Promise<Committed>
  /**
   * The same by Gatehouse itself, when the roll-out of `failed` goes wrong. Once there is a newer commit it does nothing:
   * whoever made that one has decided already.
   */
  rollbackTo(revision: number, message: string, author: string, failed: number): Promise<Committed>
  /**
   * Commits what a settings file says of the policy when that differs from what was last taken from a file; sections that it
   * does not have stay as they are. Undefined: there was nothing to do.
   * @throws policy.file_is_behind when its part was changed elsewhere since; policy.file_needs_note; and as `commit`
   */
  applyFilePolicy(given: Document, file: string): Promise<Committed | undefined>
  /** Whether sites and rules of this commit are still what was last taken from a settings file. */
  isOfFile(commit: StoredCommit): Promise<boolean>
  /** Compiles the newest commit, so that the first one to ask does not wait. */
  warm(): Promise<void>
}

export type PublishContext = {
  readonly database: Database
  readonly authority: Pick<Authority, 'cluster_id' | 'signing'>
  readonly kept_dir: string
  onCommitted(): void
  /** How many recorded requests are kept, and for how long. */
  readonly replay: { readonly requests_max: number; readonly age_ms: number }
}

type Parts = {
  readonly context: PublishContext
  readonly world: World
  readonly past: History
  readonly compiling: Compiler
  readonly judging: Judges
  readonly reading: Reader
}

/** How often, and what recorded requests may take in the database. */
const prune_ms = 60_000
const recorded_bytes_max = 256 * 1024 ** 2

export function publish(context: PublishContext, world: World): Publish {
  const past = history(context.database)
  const compiling = compiler(context.kept_dir, world)
  const judging = judges(compiling, past, context.database)
  const pruning = world.clock.every(prune_ms, () => void prune(context, world))
  const reading = reader(compiling)
  const parts: Parts = { context, world, past, compiling, judging, reading }
  return {
    history: past,
    reader: reading,
    replay: replayer(judging, context.database, world),
    fixes: fixes(judging, past, context.database, world),
    async check(document, folder) {
      return (await compiling.ask({ kind: 'check', document, files: false, folder })).result
    },
    commit: (change, by) => commit(parts, change, by),
    rollback: (revision, message, by) => rollback(parts, revision, message, by),
    rollbackTo: (revision, message, author, failed) =>
      rollbackOf(parts, failed, { revision, message, author }),
    applyFilePolicy: (given, file) => applyFilePolicy(parts, given, file),
    async isOfFile({ document }) {
      return saidByFile(document, await lastImport(context.database)) !== undefined
    },
    warm: () => judging.warm(),
    async [Symbol.asyncDispose]() {
      pruning[Symbol.dispose]()
      await compiling[Symbol.asyncDispose]()
    },
  }
}

async function commit(parts: Parts, change: NewCommit, by: By): Promise<Committed> {
  const { past, compiling, context, reading } = parts
  const { document, base_revision, draft, import_hash, folder } = change
  const head = await past.head()
  if (base_revision !== undefined && base_revision !== revisionOf(head)) {
    throw await conflict(context.database)
  }
  const checked = await compiling.ask({ kind: 'check', document, files: true, folder }, 'first')
  const files = demandGood(checked)
  const changes = await reading.diff(head?.document ?? emptyDocument(), document, 'first')
  if (head && changes.length === 0 && hasSameRules(head.bundle, files)) {
    if (draft) await deleteDraft(context.database, draft.id, draft.version)
    if (import_hash !== undefined) await saveImport(context.database, import_hash)
    return { commit: head, changes, is_new: false }
  }
  const message = change.message.trim()
  if (message === '' && isNoteRequired(head?.document ?? document)) {
    throw policyFaults.note_required({})
  }
  const also = { ...(draft && { draft }), ...(import_hash !== undefined && { import_hash }) }
  return store(parts, { head, document, message, files, changes, also, action: 'commit' }, by)
}

async function rollback(
  parts: Parts,
  revision: number,
  message: string,
  by: By,
  failed?: number,
): Promise<Committed> {
  const { past, compiling, context, reading } = parts
  const head = await past.head()
  if (failed !== undefined && revisionOf(head) !== failed) throw await conflict(context.database)
  const wanted = await past.get(revision)
  if (!head || wanted.bundle.head.content === head.bundle.head.content) {
    return { commit: head ?? wanted, changes: [], is_new: false }
  }
  const files = await contentFiles(context.database, wanted.bundle)
  if (!files) throw policyFaults.files_lost({ revision })
  await refusingUncompiled(() => compiling.ask({ kind: 'load', files }, 'first'))
  const { document } = wanted
  const changes = await reading.diff(head.document, document, 'first')
  const note = message.trim() || `Back to revision ${revision}`
  const next = { head, document, message: note, files, changes, also: {} }
  return store(parts, { ...next, action: 'rollback' }, by)
}

async function rollbackOf(
  parts: Parts,
  failed: number,
  { revision, message, author }: { revision: number; message: string; author: string },
): Promise<Committed> {
  try {
    return await rollback(parts, revision, message, itself(parts, author), failed)
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'policy.conflict') throw error
    const newest = await newestCommit(parts.context.database)
    if (!newest) throw error
    return { commit: newest, changes: [], is_new: false }
  }
}

async function applyFilePolicy(
  parts: Parts,
  given: Document,
  file: string,
): Promise<Committed | undefined> {
  const { past, context, judging, world, reading } = parts
  const head = await past.head()
  const sections = Object.keys(given)
  const document = await reading.read({ ...head?.document, ...given }, 'first')
  const import_hash = filePrint(document, sections)
  const last = await lastImport(context.database)
  if (head && (import_hash === last || sections.length === 0)) {
    judging.warm().catch((error: unknown) => world.log.trouble('policy.not_warmed', error))
    return undefined
  }
  const author = basename(file)
  if (head && import_hash !== filePrint(head.document, sections)) {
    if (isBehind(head.document, sections, last)) {
      const { revision, author: by } = head.bundle.head
      throw policyFaults.file_is_behind({ file: author, revision, author: by })
    }
    if (isNoteRequired(head.document)) throw policyFaults.file_needs_note({ file: author })
  }
  const folder = 'trusted' as const
  // Read against this one: whoever commits meanwhile is not taken back either.
  const base_revision = revisionOf(head)
  const change = { document, message: `From ${author}`, import_hash, folder, base_revision }
  return commit(parts, change, itself(parts, author))
}

type Next = {
  readonly head: StoredCommit | undefined
  readonly document: Document
  readonly message: string
  readonly files: BundleFiles
  readonly changes: readonly PolicyChange[]
  readonly also: CommitSideEffects
  readonly action: 'commit' | 'rollback'
}

/** Signed and stored; when this resolves the commit lasts, and the notifier knows of it. */
async function store({ context, world }: Parts, next: Next, by: By): Promise<Committed> {
  const { authority } = context
  const { head, document, message, files, changes, also } = next
  const started_ms = world.clock.elapsed()
  const bundle = packBundle(
    files,
    {
      cluster_id: authority.cluster_id,
      revision: await nextRevision(context.database, revisionOf(head)),
      author: by.author,
      message,
      committed_at: new Date(world.clock.now()).toISOString(),
    },
    authority.signing,
  )
  const made: StoredCommit = { bundle, document: { ...document }, changes: countThings(changes) }
  await by.keep(noteOf(next.action, made, changes), async (inner) => {
    const is_stored = await insertCommit(inner, made, files, revisionOf(head), also)
    if (!is_stored) throw await conflict(inner)
  })
  context.onCommitted()
  world.log.event('policy.committed', {
    bundle: bundleName(bundle),
    revision: bundle.head.revision,
    author: by.author,
    changes: made.changes,
    stored_ms: Math.round(world.clock.elapsed() - started_ms),
  })
  return { commit: made, changes, is_new: true }
}

/** Above all that any node ever ran: a database that came back from an old copy does not know of everything it committed. */
async function nextRevision(database: Database, head: number): Promise<number> {
  return Math.max(head, await revisionFloor(database, head + revisions_lost_max)) + 1
}

async function prune({ database, replay }: PublishContext, { clock, log }: World): Promise<void> {
  const before = new Date(clock.now() - replay.age_ms).toISOString()
  const keep = { count_max: replay.requests_max, bytes_max: recorded_bytes_max, before }
  try {
    await pruneRecorded(database, keep)
  } catch (error) {
    // Tried again in a minute; an outage of the database is told by itself.
    if (!(error instanceof Fault)) log.trouble('policy.not_pruned', error)
  }
}

/** What Gatehouse does by itself stands in the activity log too. */
function itself({ context, world }: Parts, author: string): By {
  return {
    author,
    keep: (note, change) =>
      withActivity(context.database, change, () => ({
        at: new Date(world.clock.now()).toISOString(),
        who: 'gatehouse',
        client: 'local',
        details: {},
        ...note,
      })),
  }
}

async function conflict(database: Database): Promise<Error> {
  const first = await newestCommit(database)
  return policyFaults.conflict({
    revision: revisionOf(first),
    author: first?.bundle.head.author ?? 'nobody',
  })
}

function isNoteRequired(document: Document): boolean {
  const { rollout } = document
  return (rollout as { note_required?: unknown } | undefined)?.note_required === true
}

function revisionOf(commit: StoredCommit | undefined): number {
  return commit?.bundle.head.revision ?? 0
}
