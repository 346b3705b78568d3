/** Drafts: everybody reads them, their owner (or an administrator) writes them; who writes names the state that was read. */
import { uuidv7 } from '#base/id.ts'
import type { Draft, DraftSummary } from '#model/draft.ts'
import { getCommit } from '#parts/records/commits.ts'
import {
  type DraftRow,
  deleteDraft,
  getDraft,
  insertDraft,
  listDrafts,
  type StoredDraft,
  writeDraft,
} from '#parts/records/drafts.ts'
import { Parts, policyFaults } from '../faults.ts'
import type { Call, Desk, Handler } from '../handler.ts'
import { emptyDocument } from '../publish/document.ts'
import type { Document } from '../publish/things.ts'
import { byCaller, folderFor } from './by-caller.ts'

const drafts_max = 50
const draft_bytes_max = 20 * 1024 ** 2

export const listAllDrafts: Handler<'GET /api/v1/drafts'> = async (_input, desk) => {
  const head = await headRevision(desk)
  return { drafts: (await listDrafts(desk.database)).map((row) => summaryOf(row, head)) }
}

export const createDraft: Handler<'POST /api/v1/drafts'> = async ({ body }, desk, call) => {
  const { name, document } = body
  const owner = call.who?.username ?? ''
  // Whoever types the same line again wants the draft that is there.
  const drafts = await listDrafts(desk.database)
  const same = drafts.find((one) => one.name === name && one.owner === owner)
  if (same) throw policyFaults.draft_exists({ name, id: same.id })
  return newDraft(desk, call, name, document)
}

export const getOneDraft: Handler<'GET /api/v1/drafts/{id}'> = async ({ params }, desk, call) =>
  answerOf(desk, call, await findDraft(desk, params.id))

export const writeOneDraft: Handler<'PUT /api/v1/drafts/{id}'> = async (
  { params, body },
  desk,
  call,
) => {
  const draft = await ownDraft(desk, call, params.id)
  demandState(draft, call)
  const document = await desk.publish.reader.read(body.document)
  return changeDraft(desk, call, draft, { document, name: body.name ?? draft.name })
}

export const discardDraft: Handler<'DELETE /api/v1/drafts/{id}'> = async (
  { params },
  desk,
  call,
) => {
  const draft = await ownDraft(desk, call, params.id)
  const note = { action: 'drafts.discard', subject: subjectOf(draft) }
  await desk.recordWith(call, note, (inner) => deleteDraft(inner, draft.id))
  return undefined
}

export const rebaseDraft: Handler<'POST /api/v1/drafts/{id}/rebase'> = async (
  { params },
  desk,
  call,
) => {
  const draft = await ownDraft(desk, call, params.id)
  const head = await desk.publish.history.head()
  const revision = head?.bundle.head.revision ?? 0
  const { base_revision } = draft
  if (!head || base_revision === revision) return answerOf(desk, call, draft)
  const base =
    base_revision === 0
      ? emptyDocument()
      : (await getCommit(desk.database, base_revision))?.document
  if (!base) throw policyFaults.draft_stale({ revision, base_revision })
  const rebased = await desk.publish.reader.rebase(base, draft.document, head.document)
  if (rebased.kind === 'conflict') {
    const parts = rebased.conflicts.map(({ section, name, field, mine, theirs }) => ({
      path: [section, name, field].filter((word) => word !== '').join('.'),
      message: `yours ${short(mine)}, committed ${short(theirs)}`,
    }))
    const cause = new Parts(parts)
    throw policyFaults.rebase_conflict({ revision, count: parts.length }, { cause })
  }
  const document = await desk.publish.reader.read(rebased.document)
  return changeDraft(desk, call, draft, { document, base_revision: revision })
}

export const checkDraft: Handler<'POST /api/v1/drafts/{id}/check'> = async (
  { params },
  desk,
  call,
) => {
  const { document } = await findDraft(desk, params.id)
  return desk.publish.check(document, await folderOf(desk, call, document))
}

export const replayDraft: Handler<'POST /api/v1/drafts/{id}/replay'> = async (
  { params, body },
  desk,
  call,
) => {
  const { document } = await findDraft(desk, params.id)
  const folder = await folderOf(desk, call, document)
  return desk.publish.replay(document, { ...body, folder }, call.signal)
}

export const commitDraft: Handler<'POST /api/v1/drafts/{id}/commit'> = async (
  { params, body },
  desk,
  call,
) => {
  const draft = await ownDraft(desk, call, params.id)
  demandState(draft, call)
  const document = await desk.publish.reader.read(draft.document, 'first')
  const { id, version, base_revision } = draft
  const { message } = body
  const folder = await folderOf(desk, call, document)
  const change = { document, message, base_revision, draft: { id, version }, folder }
  const { commit } = await desk.publish.commit(change, byCaller(desk, call))
  return desk.publish.history.summary(commit)
}

/** @throws policy.not_found */
export async function findDraft(desk: Desk, id: string): Promise<StoredDraft> {
  const draft = await getDraft(desk.database, id)
  if (!draft) throw policyFaults.not_found({ what: `the draft ${id}` })
  return draft
}

/** @throws policy.not_found, policy.not_yours */
export async function ownDraft(desk: Desk, call: Call, id: string): Promise<StoredDraft> {
  const draft = await findDraft(desk, id)
  const { who } = call
  if (who?.username !== draft.owner && who?.role !== 'administrator') {
    throw policyFaults.not_yours({ what: `the draft "${draft.name}" of ${draft.owner}` })
  }
  return draft
}

/** From the newest commit unless a document is given. @throws policy.unfit_document, policy.too_many */
export async function newDraft(
  desk: Desk,
  call: Call,
  name: string,
  given: Document | undefined,
): Promise<Draft> {
  const head = await desk.publish.history.head()
  const document = given
    ? await desk.publish.reader.read(given)
    : (head?.document ?? emptyDocument())
  demandSize(document)
  const now_ms = desk.clock.now()
  const draft = {
    id: uuidv7(now_ms),
    name: plain(name),
    owner: call.who?.username ?? '',
    base_revision: head?.bundle.head.revision ?? 0,
    created_at: new Date(now_ms).toISOString(),
    document: { ...document },
  }
  const note = { action: 'drafts.create', subject: subjectOf(draft) }
  await desk.recordWith(call, note, async (inner) => {
    if (!(await insertDraft(inner, draft, drafts_max))) {
      throw policyFaults.too_many({ what: 'drafts of yours', count_max: drafts_max })
    }
  })
  return answerOf(desk, call, { ...draft, version: 1, updated_at: draft.created_at })
}

/** @throws policy.etag_stale when it was written since it was read */
export async function changeDraft(
  desk: Desk,
  call: Call,
  draft: StoredDraft,
  change: Partial<Pick<StoredDraft, 'name' | 'document' | 'base_revision'>>,
): Promise<Draft> {
  const next = { ...draft, ...change, name: plain(change.name ?? draft.name) }
  demandSize(next.document)
  const at = new Date(desk.clock.now()).toISOString()
  const note = { action: 'drafts.write', subject: subjectOf(next) }
  const row = await desk.recordWith(call, note, async (inner) => {
    const written = await writeDraft(inner, draft.id, draft.version, { ...next, at })
    if (!written) throw policyFaults.etag_stale({ what: `the draft "${draft.name}"` })
    return written
  })
  return answerOf(desk, call, { ...row, document: next.document })
}

async function answerOf(desk: Desk, call: Call, draft: StoredDraft): Promise<Draft> {
  const summary = summaryOf(draft, await headRevision(desk))
  call.setEtag(summary.etag)
  return { ...summary, document: draft.document }
}

function summaryOf(draft: DraftRow, head_revision: number): DraftSummary {
  const { id, name, owner, base_revision, created_at, updated_at, version } = draft
  const is_stale = base_revision !== head_revision
  const etag = String(version)
  return { id, name, owner, base_revision, is_stale, created_at, updated_at, etag }
}

async function headRevision(desk: Desk): Promise<number> {
  return (await desk.publish.history.head())?.bundle.head.revision ?? 0
}

async function folderOf(desk: Desk, call: Call, document: Document) {
  return folderFor(call, (await desk.publish.history.head())?.document, document)
}

/** @throws policy.etag_stale */
function demandState(draft: StoredDraft, { if_match }: Call): void {
  if (if_match !== '*' && if_match !== String(draft.version)) {
    throw policyFaults.etag_stale({ what: `the draft "${draft.name}"` })
  }
}

/** @throws policy.draft_too_large */
function demandSize(document: Document): void {
  const size_bytes = Buffer.byteLength(JSON.stringify(document))
  if (size_bytes > draft_bytes_max) {
    throw policyFaults.draft_too_large({ size_bytes, size_bytes_max: draft_bytes_max })
  }
}

/** No column of text holds a NUL, or half a character. */
function plain(name: string): string {
  return name.replaceAll('\0', '\ufffd').toWellFormed()
}

function subjectOf({ name, owner }: Pick<DraftRow, 'name' | 'owner'>): string {
  return `draft "${name}" of ${owner}`
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? ''
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}
