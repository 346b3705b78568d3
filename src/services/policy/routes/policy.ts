/** The policy that is committed: read, compared, applied as a whole, rolled back. */
import { policySchema } from '#model/policy-schema.ts'
import { policyFaults } from '../faults.ts'
import type { Desk, Handler } from '../handler.ts'
import { emptyDocument } from '../publish/document.ts'
import type { Document } from '../publish/things.ts'
import { byCaller, folderFor } from './by-caller.ts'
import { findDraft } from './drafts.ts'

export const getPolicy: Handler<'GET /api/v1/policy'> = async (_input, { publish }) => {
  const head = await publish.history.head()
  if (!head) throw policyFaults.not_found({ what: 'a committed policy' })
  return { ...(await publish.history.full(head)), is_of_file: await publish.isOfFile(head) }
}

export const getPolicySchema: Handler<'GET /api/v1/policy/schema'> = async () => policySchema()

export const listHistory: Handler<'GET /api/v1/policy/commits'> = ({ query }, { publish }) =>
  publish.history.list(query)

export const getOneCommit: Handler<'GET /api/v1/policy/commits/{revision}'> = async (
  { params },
  { publish },
) => publish.history.full(await publish.history.get(Number(params.revision)))

export const diffVersions: Handler<'GET /api/v1/policy/diff'> = async ({ query }, desk) => {
  const to = await versionOf(desk, query.to)
  const from = await versionOf(desk, query.from ?? to.made_from)
  const changes = await desk.publish.reader.diff(from.document, to.document)
  return { from: from.name, to: to.name, changes: [...changes] }
}

export const comparePolicy: Handler<'POST /api/v1/policy/compare'> = async (
  { body },
  desk,
  call,
) => {
  const from = await versionOf(desk, 'head')
  const { document } = body
  const folder = folderFor(call, from.document, document)
  const { check, changes } = await desk.publish.reader.compare(from.document, document, folder)
  return { diff: { from: from.name, to: 'document', changes: [...changes] }, check }
}

export const applyPolicy: Handler<'POST /api/v1/policy/apply'> = async ({ body }, desk, call) => {
  const { history, reader } = desk.publish
  const head = await versionOf(desk, 'head')
  const from = head.name
  const document = await reader.read(body.document, 'first')
  const { message, base_revision } = body
  const folder = folderFor(call, head.document, document)
  const change = { document, message, base_revision, folder }
  const { commit, changes, is_new } = await desk.publish.commit(change, byCaller(desk, call))
  const diff = { from, to: String(commit.bundle.head.revision), changes: [...changes] }
  return { commit: await history.summary(commit), diff, is_new }
}

export const rollbackPolicy: Handler<'POST /api/v1/policy/rollback'> = async (
  { body },
  desk,
  call,
) => {
  const by = byCaller(desk, call)
  const { commit } = await desk.publish.rollback(body.revision, body.message, by)
  return desk.publish.history.summary(commit)
}

type Version = {
  readonly name: string
  readonly document: Document
  /** What it is compared with unless something else is named. */
  readonly made_from: string
}

/** `head`, a revision (0 is before the first commit), or `draft:ID`. @throws policy.not_found */
async function versionOf(desk: Desk, version: string): Promise<Version> {
  const [, draft_id] = /^draft:(.+)$/.exec(version) ?? []
  if (draft_id !== undefined) {
    const { document, base_revision } = await findDraft(desk, draft_id)
    // Beside the newest commit, a draft would seem to undo what others committed since it was made.
    return { name: version, document, made_from: String(base_revision) }
  }
  const { history } = desk.publish
  const made_from = 'head'
  if (Number(version) === 0) return { name: '0', document: emptyDocument(), made_from }
  if (version !== 'head')
    return { name: version, document: (await history.get(Number(version))).document, made_from }
  const head = await history.head()
  const name = String(head?.bundle.head.revision ?? 0)
  return { name, document: head?.document ?? emptyDocument(), made_from }
}
