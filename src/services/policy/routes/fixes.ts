/** Fix: what would let a request through, and into a draft with it. */
import type { Fix } from '#model/fix.ts'
import { policyFaults } from '../faults.ts'
import type { Desk, Handler } from '../handler.ts'
import { uniqueName } from '../publish/candidates.ts'
import { emptyDocument, exceptionNames } from '../publish/document.ts'
import type { Document } from '../publish/things.ts'
import { changeDraft, newDraft, ownDraft } from './drafts.ts'
import { requestNamed } from './request-named.ts'

export const listFixes: Handler<'GET /api/v1/requests/{request_id}/fixes'> = async (
  { params },
  { publish, database },
) => publish.fixes(await requestNamed(database, params.request_id))

export const applyFix: Handler<'POST /api/v1/requests/{request_id}/fixes'> = async (
  { params, body },
  desk,
  call,
) => {
  const request_id = await requestNamed(desk.database, params.request_id)
  const { number, reason, draft_id } = body
  const own = draft_id === undefined ? undefined : await ownDraft(desk, call, draft_id)
  const { fixes, digest } = await desk.publish.fixes(request_id)
  if (digest !== body.digest) throw policyFaults.fixes_changed({ number, request_id })
  const fix = fixes.find((one) => one.number === number)
  if (!fix) throw policyFaults.no_fix({ number, request_id })
  if (own) {
    const document = await withFix(desk, own.document, fix, reason)
    return { draft: await changeDraft(desk, call, own, { document }), fix }
  }
  const head = await desk.publish.history.head()
  const document = await withFix(desk, head?.document ?? emptyDocument(), fix, reason)
  const name = `Fix ${fix.exceptions[0]?.name ?? request_id}`.slice(0, 100)
  return { draft: await newDraft(desk, call, name, document), fix }
}

/** Its exceptions added, under names that are free there. */
async function withFix(
  desk: Desk,
  document: Document,
  fix: Fix,
  reason: string,
): Promise<Record<string, unknown>> {
  const taken = new Set(exceptionNames(document))
  const added = fix.exceptions.map((exception) => {
    const name = uniqueName(exception.name, taken)
    taken.add(name)
    return { ...exception, name, ...(reason.trim() === '' ? {} : { reason }) }
  })
  const exceptions = [...(document['exceptions'] as unknown[]), ...added]
  return desk.publish.reader.read({ ...document, exceptions })
}
