/** What people did in this cluster before a test looks at it: nodes joined, a commit that one node refused, a draft, users. */
import assert from 'node:assert/strict'
import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
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

/** A draft of whoever the socket stands for. */
export async function draft(
  server: ConsoleServer,
  name: string,
  change: (document: Document) => Document,
): Promise<Draft> {
  const made = await call<Draft>(server, 'POST /api/v1/drafts', { name })
  const document = change(made.document)
  return call<Draft>(server, `PUT /api/v1/drafts/${made.id}`, { document }, made.etag)
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

export async function work(server: ConsoleServer): Promise<void> {
  await addNode(server, 'edge-1', 'canary')
  await addNode(server, 'edge-2', 'web')
  await addNode(server, 'edge-3', 'web')
  await inSync(server, 4)
  server.cluster.refuseNext(
    'edge-2',
    'Cannot compile rule 100001 in own/import.conf: @beginsWith needs an argument',
  )
  await commit(server, 'A higher threshold for the shop, it has many forms', (document) => ({
    ...document,
    sites: (document['sites'] as Document[]).map((site) =>
      site['name'] === 'shop' ? { ...site, inbound_threshold: 8 } : site,
    ),
  }))
  await call(server, 'POST /api/v1/users', { username: 'nora', role: 'analyst' })
  await call(server, 'POST /api/v1/users', { username: 'victor', role: 'viewer' })
  await call(server, 'POST /api/v1/lists', {
    kind: 'deny',
    network: '203.0.113.77',
    reason: 'tried passwords all night',
    ttl_s: 86_400,
  }).catch(() => {})
}
