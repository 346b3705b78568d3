/** What people did in this cluster before a test looks at it: nodes joined, a commit that one node refused, a draft, users. */
import assert from 'node:assert/strict'
import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import type { Invite } from '#model/invite.ts'
import type { ConsoleServer } from './server.ts'

/** A call through the socket of the policy server, as an administrator on its machine makes them. */
export async function call<T>(server: ConsoleServer, key: string, body?: unknown, etag?: string) {
  const [method = '', path = ''] = key.split(' ')
  const text = body === undefined ? undefined : JSON.stringify(body)
  return new Promise<T>((resolve, reject) => {
    const outgoing = request(
      {
        socketPath: join(server.dir, 'gatehouse.sock'),
        method,
        path,
        headers: {
          host: 'localhost',
          ...(text === undefined ? {} : { 'content-type': 'application/json' }),
          ...(etag === undefined ? {} : { 'if-match': `"${etag}"` }),
        },
      },
      async (incoming) => {
        const answer = (await incoming.setEncoding('utf8').toArray()).join('')
        const status = incoming.statusCode ?? 0
        if (status >= 300) reject(new Error(`${key}: ${status} ${answer}`))
        else resolve((answer === '' ? undefined : JSON.parse(answer)) as T)
      },
    )
    outgoing.on('error', reject)
    outgoing.end(text)
  })
}

/** Waits until something is so; fails after a while. */
export async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 300; i++) {
    if (await isSo()) return
    await pause(100)
  }
  assert.fail(`still not so: ${what}`)
}

type Nodes = { readonly nodes: readonly { readonly name: string; readonly sync_status: string }[] }

export async function inSync(server: ConsoleServer, count: number): Promise<void> {
  await until(`${count} nodes are in sync`, async () => {
    const { nodes } = await call<Nodes>(server, 'GET /api/v1/nodes')
    return nodes.filter((node) => node.sync_status === 'in_sync').length === count
  })
}

export async function addNode(server: ConsoleServer, name: string, group: string): Promise<void> {
  const body = { roles: ['edge'], group }
  const { command } = await call<Invite>(server, 'POST /api/v1/invites', body)
  await server.cluster.join(command, name)
}

type Document = Record<string, unknown>
type Draft = { readonly id: string; readonly etag: string; readonly document: Document }

/** A call by who is logged in on the page. */
export async function callAs<T>(page: Page, key: string, body?: unknown, etag?: string) {
  const [method = '', path = ''] = key.split(' ')
  const { origin } = new URL(page.url())
  const session = await page.request.get(`${origin}/api/v1/session`)
  const { csrf_token } = (await session.json()) as { csrf_token: string }
  const answer = await page.request.fetch(origin + path, {
    method,
    headers: {
      origin,
      'x-csrf-token': csrf_token,
      ...(etag === undefined ? {} : { 'if-match': `"${etag}"` }),
    },
    ...(body === undefined ? {} : { data: body }),
  })
  assert.ok(answer.ok(), `${key}: ${answer.status()} ${await answer.text()}`)
  return (answer.status() === 204 ? undefined : await answer.json()) as T
}

/** A draft of who is logged in on the page. */
export async function makeDraft(
  page: Page,
  name: string,
  change: (document: Document) => Document,
): Promise<Draft> {
  const made = await callAs<Draft>(page, 'POST /api/v1/drafts', { name })
  const document = change(made.document)
  return callAs<Draft>(page, `PUT /api/v1/drafts/${made.id}`, { document }, made.etag)
}

/** The document with another site of this name. */
export function withSite(document: Document, name: string, change: Document): Document {
  const sites = (document['sites'] as Document[]).map((site) =>
    site['name'] === name ? { ...site, ...change } : site,
  )
  return { ...document, sites }
}

/** Commits a change of the newest policy. */
export async function commit(
  server: ConsoleServer,
  message: string,
  change: (document: Document) => Document,
): Promise<void> {
  const { document } = await call<{ document: Document }>(server, 'GET /api/v1/policy')
  await call(server, 'POST /api/v1/policy/apply', { document: change(document), message })
}

export async function work(server: ConsoleServer, page: Page): Promise<void> {
  await addNode(server, 'edge-1', 'canary')
  await addNode(server, 'edge-2', 'web')
  await addNode(server, 'edge-3', 'web')
  await inSync(server, 4)
  server.cluster.refuseNext(
    'edge-2',
    'Cannot compile rule 100001 in own/import.conf: @beginsWith needs an argument',
  )
  await commit(server, 'A higher threshold for the shop, it has many forms', (document) =>
    withSite(document, 'shop', { inbound_threshold: 8 }),
  )
  await makeDraft(page, 'Stricter shop', (document) => ({
    ...withSite(document, 'shop', { paranoia_level: 2, inbound_threshold: 5 }),
    exceptions: (document['exceptions'] as Document[]).slice(0, 1),
  }))
  await call(server, 'POST /api/v1/drafts', { name: 'Another one, by the machine itself' })
  await callAs(page, 'POST /api/v1/tokens', { name: 'nightly report', role: 'viewer' })
  await call(server, 'POST /api/v1/users', { username: 'nora', role: 'analyst' })
  await call(server, 'POST /api/v1/users', { username: 'victor', role: 'viewer' })
  await call(server, 'POST /api/v1/lists', {
    kind: 'deny',
    network: '203.0.113.77',
    reason: 'tried passwords all night',
    ttl_s: 86_400,
  }).catch(() => {})
}
