/** Sites and rules of the settings file against what is committed: whether they count, and how they come to count again. */
import { isDeepStrictEqual } from 'node:util'
import { Fault } from '#base/fault.ts'
import { type ApiClient, ApiProblem } from '#parts/client/client.ts'
import { cliFaults } from './faults.ts'
import { withApi } from './local.ts'
import { type FilePolicy, filePolicy } from './policy.ts'
import { counted } from './policy-words.ts'
import type { Settings } from './settings.ts'

type Head = {
  readonly revision: number
  readonly author: string
  readonly document: Record<string, unknown>
  readonly is_of_file: boolean
}

/** Why what the file says of the policy does not count; undefined when it does, or when nobody can tell. Asks the local API. */
export async function whyIgnored(settings: Settings): Promise<string | undefined> {
  try {
    const said = filePolicy(settings)
    const head = await withApi(settings, newest, { timeout_ms: 4000 })
    if (head === undefined || head.is_of_file || saysTheSame(said, head)) return undefined
    return `sites and rules of this file do not count any more: they were changed elsewhere (the newest is revision ${head.revision} by ${head.author}); gatehouse reload --take-file --dry-run shows what differs`
  } catch (error) {
    if (error instanceof Fault) return undefined
    throw error
  }
}

/** The newest commit; undefined before the first. */
async function newest(api: ApiClient): Promise<Head | undefined> {
  try {
    return await api.call('GET /api/v1/policy')
  } catch (error) {
    if (error instanceof ApiProblem && error.code === 'policy.not_found') return undefined
    throw error
  }
}

function saysTheSame(said: FilePolicy, { document }: Head): boolean {
  return Object.entries(written(said)).every(([key, value]) =>
    isDeepStrictEqual(value, document[key]),
  )
}

function written(said: FilePolicy): Record<string, unknown> {
  return JSON.parse(JSON.stringify(said)) as Record<string, unknown>
}

/** The policy as it would be if the file were taken, and the revision that it is made from. */
export async function policyWithFile(
  api: ApiClient,
  settings: Settings,
): Promise<{
  readonly document: Record<string, unknown>
  readonly base_revision: number
  readonly note_required: boolean
}> {
  const said = written(filePolicy(settings))
  if (Object.keys(said).length === 0)
    throw cliFaults.usage({ why: 'Nothing to take: the file says nothing of sites and rules' })
  const head = await newest(api)
  const rollout = head?.document['rollout'] as { note_required?: boolean } | undefined
  return {
    document: { ...head?.document, ...said },
    base_revision: head?.revision ?? 0,
    note_required: rollout?.note_required === true,
  }
}

/** What is about to go needs a word. @throws cli.usage */
export function demandYes(removed: number, is_sure: boolean): void {
  if (removed === 0 || is_sure) return
  const them = counted(removed, 'thing')
  throw cliFaults.usage({ why: `Nothing was changed: ${them} would be removed; add --yes` })
}
