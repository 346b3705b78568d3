/** A policy service with a small rule set and three users, shared by the suites of publish. */
import assert from 'node:assert/strict'
import { api } from '#model/api.ts'
import type { CommitSummary, Draft, PolicyDiff } from '#model/draft.ts'
import type { Problem } from '#model/problem.ts'
import { type SmallSet, site as siteOf, smallSet } from '#parts/enforcement/enforcement.support.ts'
import {
  type Asked,
  type AskOptions,
  type Login,
  type TestPolicy,
  testPolicy,
} from '../policy.support.ts'

export let set: SmallSet
export let site: TestPolicy
export let ada: Login
export let grace: Login
export let root: Login

export async function openBench(): Promise<void> {
  set = smallSet()
  site = await testPolicy()
  await site.addUser('ada', 'analyst')
  await site.addUser('grace', 'analyst')
  await site.addUser('root', 'administrator')
  ada = await site.login('ada')
  grace = await site.login('grace')
  root = await site.login('root')
}

export async function closeBench(): Promise<void> {
  await site[Symbol.asyncDispose]()
  set[Symbol.dispose]()
}

export const documentWith = (more: Record<string, unknown> = {}) => ({
  rules: { set: `${set.dir}/set` },
  sites: [siteOf('shop')],
  ...more,
})
export const local = (): AskOptions => ({ socketPath: site.socket_path })

export async function ask<T>(key: string, options: AskOptions, status = 200): Promise<T> {
  const asked = await site.ask(key, options)
  assert.equal(asked.status, status, asked.text)
  const contract = Object.entries(api).find(([known]) => {
    const pattern = known.replace(/\{\w+\}/g, '[^/?]+')
    return new RegExp(`^${pattern}(\\?.*)?$`).test(key)
  })
  // What is answered is what the contract says, whatever the serializer would let through.
  if (status === 200 && contract && 'response' in contract[1])
    contract[1].response.parse(asked.json)
  return asked.json as T
}

export const codeOf = (asked: Asked) => (asked.json as Problem).code

export type Applied = { commit: CommitSummary; diff: PolicyDiff; is_new: boolean }

export const apply = (document: unknown, more: Record<string, unknown> = {}) =>
  ask<Applied>('POST /api/v1/policy/apply', { ...local(), json: { document, ...more } })

export const newDraft = (as: Login, name: string, document?: unknown) =>
  ask<Draft>('POST /api/v1/drafts', { as, json: { name, ...(document ? { document } : {}) } })

export const write = (as: Login, draft: Draft, document: unknown, etag = draft.etag) =>
  site.ask(`PUT /api/v1/drafts/${draft.id}`, {
    as,
    json: { document },
    headers: { 'if-match': `"${etag}"` },
  })
