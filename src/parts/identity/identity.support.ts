/** A policy server's cluster port for tests: real TLS, answers by a table. */
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { JoinRequest } from '#model/cluster.ts'
import type { Authority, foundCluster } from './authority.ts'
import { peerNode, serverTls } from './mutual-tls.ts'
import type { NodeIdentity } from './node-identity.ts'

export const founder = {
  name: 'gate-1',
  roles: ['edge', 'analytics', 'policy'],
  policy_servers: ['gate-1.example:12346'],
  analytics: ['gate-1.example:3313'],
} satisfies Parameters<typeof foundCluster>[1]

export type Asked = {
  readonly path: string
  readonly body: Record<string, unknown>
  /** As `peerNode` tells. */
  readonly node: ReturnType<typeof peerNode>
}

export type Reply = { readonly status: number; readonly body: unknown }

export type ClusterPort = AsyncDisposable & {
  /** `127.0.0.1:PORT`. */
  readonly address: string
  readonly asked: readonly Asked[]
}

/** Takes connections with this identity; each request is answered by `reply`. */
export async function clusterPort(
  tls: Parameters<typeof serverTls>[0],
  reply: (asked: Asked) => Promise<Reply> | Reply,
): Promise<ClusterPort> {
  const asked: Asked[] = []
  const server = createServer(serverTls(tls), async (request, response) => {
    let text = ''
    for await (const chunk of request) text += String(chunk)
    const node = peerNode(request.socket as TLSSocket)
    const question = { path: request.url ?? '', body: JSON.parse(text), node }
    asked.push(question)
    const { status, body } = await reply(question)
    const media = status === 200 ? 'application/json' : 'application/problem+json'
    response.writeHead(status, { 'content-type': media }).end(JSON.stringify(body))
  })
  server.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export const joined_id = '01a1f8ae-a1c6-7537-8e9e-76179a216bf8'

/** How a policy server answers a join: with a certificate for what was asked. */
export async function joinReply(
  authority: Authority,
  identity: NodeIdentity,
  body: unknown,
  now_ms: number,
): Promise<Reply> {
  const { csr, name } = body as JoinRequest
  const node = { node_id: joined_id, name, roles: ['edge'] as const }
  const { cluster_id, ca, signing_keys, policy_servers, analytics } = identity
  const certificate = await authority.issue(csr, node, now_ms)
  return {
    status: 200,
    body: {
      ...node,
      ...{ cluster_id, ca, signing_keys, policy_servers, analytics },
      group: 'berlin',
      certificate,
    },
  }
}
