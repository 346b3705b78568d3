/** The calls of the cluster port. All but `join` demand a certificate of a node that counts. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { networkOf } from '#base/address.ts'
import type { HybridClock } from '#base/hybrid-clock.ts'
import type { World } from '#base/service.ts'
import {
  AgentHello,
  AgentReport,
  JoinRequest,
  RenewRequest,
  type Topology,
} from '#model/cluster.ts'
import { peerNode } from '#parts/identity/mutual-tls.ts'
import { expiresAt } from '#parts/identity/node-identity.ts'
import type { Revocations } from '#parts/identity/revocations.ts'
import { notifierFaults } from '../faults.ts'
import type { Files } from '../files.ts'
import { type JoinTools, join, joinLimit } from '../join.ts'
import { type Lines, line } from '../lines.ts'
import { negotiated } from '../protocol.ts'
import type { LiveNode } from '../registry/live-node.ts'
import type { Registry } from '../registry.ts'
import type { Call } from './answer.ts'
import { readBody } from './body.ts'
import { doubles } from './doubles.ts'
import { tlsSocketOf } from './listen.ts'

export type CallTools = JoinTools & {
  readonly version: string
  readonly hlc: HybridClock | undefined
  readonly registry: Registry
  readonly revocations: Revocations
  readonly lines: Lines
  readonly files: Files
  topology(): Topology
  /** Something was heard of the nodes: it may be time for the next step. */
  heard(): void
  /** A line is open, and the node to be told what it lacks. */
  opened(): void
}

const bytes_max = { join: 32_768, renew: 16_384, hello: 16_384, report: 262_144 } as const

export function calls(tools: CallTools, world: World): Readonly<Record<string, Call>> {
  const limit = joinLimit(world.clock)
  const noteDouble = doubles(world)
  return {
    'POST /v1/join': async (request) => {
      const from = networkOf(request.socket.remoteAddress ?? '')
      limit.demand(from)
      try {
        return await join(await readBody(request, JoinRequest, bytes_max.join), tools, world)
      } catch (error) {
        limit.failed(from, error)
        throw error
      }
    },
    'POST /v1/renew': async (request) => {
      const { row } = listedCallerOf(request, tools)
      const { csr } = await readBody(request, RenewRequest, bytes_max.renew)
      const { authority, registry } = tools
      const { id: node_id, name, roles } = row
      const certificate = await authority.issue(csr, { node_id, name, roles }, world.clock.now())
      await registry.renewed(node_id, new Date(expiresAt({ certificate })).toISOString())
      world.log.event('certificate.issued', { name })
      return { certificate, ca: authority.ca }
    },
    'POST /v1/agent/stream': (request, response) =>
      openStream(request, response, { ...tools, noteDouble }, world),
    'POST /v1/agent/report': async (request) => {
      const node = callerOf(request, tools)
      const report = await readBody(request, AgentReport, bytes_max.report)
      const open = tools.lines.get(node.row.id)
      // What an older start of the program says, or one whose line is elsewhere, is of no use.
      if (!open || open.boot_id !== report.boot_id) {
        throw notifierFaults.no_stream({ node: node.row.name })
      }
      open.heard_at_ms = world.clock.elapsed()
      if (report.hlc !== undefined) tools.hlc?.receive(report.hlc)
      tools.registry.heard(node, report)
      tools.heard()
      return undefined
    },
    'GET /v1/files/': async (request, _response, sha256) => {
      listedCallerOf(request, tools)
      return tools.files(sha256)
    },
  }
}

async function openStream(
  request: IncomingMessage,
  response: ServerResponse,
  tools: CallTools & { readonly noteDouble: ReturnType<typeof doubles> },
  { clock }: World,
): Promise<'answered'> {
  const node = callerOf(request, tools)
  const ends_ms = certificateEnd(request)
  const hello = await readBody(request, AgentHello, bytes_max.hello)
  const protocol = negotiated(hello)
  if (hello.hlc !== undefined) tools.hlc?.receive(hello.hlc)
  const opened = line(response, {
    id: randomUUID(),
    node_id: node.row.id,
    boot_id: hello.boot_id,
    lists_revision: hello.lists_revision,
    heard_at_ms: clock.elapsed(),
    ends_ms,
  })
  const seen_from = request.socket.remoteAddress
  await tools.registry.connected(node, hello, { line: opened.id, protocol, seen_from })
  const gone = () => {
    tools.lines.gone(opened)
    tools.registry.disconnected(node.row.id, opened.id)
    tools.heard()
  }
  response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' })
  opened.send({
    kind: 'welcome',
    protocol,
    version: tools.version,
    at_ms: clock.now(),
    ...(tools.hlc && { hlc: tools.hlc.now() }),
    topology: tools.topology(),
  })
  const { id, name } = node.row
  tools.noteDouble(
    tools.lines.get(id),
    hello.boot_id,
    name,
    networkOf(request.socket.remoteAddress ?? ''),
  )
  tools.lines.open(opened)
  // It may have hung up while we looked it up.
  if (response.destroyed || response.closed) gone()
  else response.once('close', gone)
  tools.opened()
  return 'answered'
}

/**
 * When the certificate of the connection ends. Asked before anything is waited for: of a peer that hung up there is none.
 * Throws `notifier.certificate_needed`.
 */
export function certificateEnd(request: IncomingMessage): number {
  const shown: { valid_to?: string } | null = tlsSocketOf(request).getPeerCertificate()
  const ends_ms = Date.parse(shown?.valid_to ?? '')
  if (Number.isNaN(ends_ms)) throw notifierFaults.certificate_needed({})
  return ends_ms
}

/** Throws `notifier.certificate_needed`, `.unknown_node`, `.revoked`, `.not_ready`. */
function callerOf(request: IncomingMessage, { registry, revocations }: CallTools): LiveNode {
  const socket = tlsSocketOf(request)
  const peer = peerNode(socket)
  if (!peer) throw notifierFaults.certificate_needed({})
  const node = registry.demand(peer)
  revocations.watch(socket, peer.node_id)
  return node
}

/**
 * As `callerOf`, for what only nodes on the list get: who was taken off it has lost its name, until it opens a line.
 * Throws also `notifier.off_list`.
 */
function listedCallerOf(request: IncomingMessage, tools: CallTools): LiveNode {
  const node = callerOf(request, tools)
  if (node.row.removed_at !== null) throw notifierFaults.off_list({ node: node.row.name })
  return node
}
