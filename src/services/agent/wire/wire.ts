/** HTTP to one policy server, over connections that are kept. */
import type { ClientRequest, IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { messageOf } from '#base/fault.ts'
import { Problem } from '#model/problem.ts'
import { clientTls } from '#parts/identity/mutual-tls.ts'
import type { NodeIdentity } from '#parts/identity/node-identity.ts'
import { agentFaults } from '../faults.ts'
import { pace } from '../settings.ts'

export type Wire = Disposable & {
  /** `host:port`. */
  readonly server: string
  /**
   * Opens an answer that goes on; what is not 200 becomes a fault.
   * @throws agent.unreachable, agent.refused, agent.turned_away
   */
  open(path: string, body: string, signal: AbortSignal): Promise<IncomingMessage>
  /** Resolves when it was taken. @throws agent.unreachable, agent.refused, agent.turned_away */
  post(path: string, body: string): Promise<void>
  /**
   * Exactly `size_bytes`: what is longer is cut off as soon as that is seen. Rejects with the reason of the signal.
   * @throws agent.unreachable, agent.refused, agent.turned_away
   */
  read(path: string, size_bytes: number, signal: AbortSignal): Promise<Buffer>
}

/** `isRevoked`: asked before anything is said to who answers there. */
export function openWire(
  server: string,
  identity: NodeIdentity,
  isRevoked: (node_id: string) => boolean = () => false,
): Wire {
  const tls = clientTls(identity, { roles: ['policy'], isRevoked })
  const colon = server.lastIndexOf(':')
  const place = {
    host: server.slice(0, colon).replace(/^\[|\]$/g, ''),
    port: server.slice(colon + 1),
  }
  // The newest used comes first: the one that carries a report every second is always warm.
  const kept = new Agent({ keepAlive: true, maxSockets: pace.connections_max, ...tls })
  /** Of its own: it must never wait behind files. */
  const line = new Agent({ keepAlive: false, ...tls })

  const under_way = new Set<ClientRequest>()

  const ask = (
    method: 'GET' | 'POST',
    path: string,
    body: string | undefined,
    agent: Agent,
    signal?: AbortSignal,
  ): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const bytes = body === undefined ? undefined : Buffer.from(body)
      const headers = bytes && {
        'content-type': 'application/json',
        'content-length': bytes.length,
      }
      const options = { ...place, method, path, agent, timeout: pace.answer_ms }
      const asked = request({ ...options, ...(headers && { headers }), ...(signal && { signal }) })
      asked.on('timeout', () => asked.destroy(new Error(`no answer in ${pace.answer_ms} ms`)))
      asked.on('error', (cause) => reject(signal?.aborted ? signal.reason : away(server, cause)))
      asked.on('response', resolve)
      asked.on('close', () => under_way.delete(asked))
      under_way.add(asked)
      asked.end(bytes)
    })

  return {
    server,
    async open(path, body, signal) {
      const response = await ask('POST', path, body, line, signal)
      if (response.statusCode !== 200) throw await refusal(server, response)
      // From here on the silence of the line is watched by who reads it.
      response.socket.setTimeout(0)
      return response
    },
    async post(path, body) {
      const response = await ask('POST', path, body, kept)
      if (response.statusCode !== 204) throw await refusal(server, response)
      response.resume()
    },
    async read(path, size_bytes, signal) {
      const response = await ask('GET', path, undefined, kept, signal)
      if (response.statusCode !== 200) throw await refusal(server, response)
      try {
        return await exactly(response, size_bytes)
      } catch (cause) {
        throw signal.aborted ? signal.reason : away(server, cause)
      }
    },
    [Symbol.dispose]() {
      // Also those that wait for a connection: an agent that is destroyed would still make one for them.
      for (const asked of under_way) asked.destroy(new Error('the line has ended'))
      kept.destroy()
      line.destroy()
    },
  }
}

/** Leaving the loop early destroys the answer, and its connection with it. */
async function exactly(response: IncomingMessage, size_bytes: number): Promise<Buffer> {
  const declared = Number(response.headers['content-length'] ?? size_bytes)
  if (declared !== size_bytes) {
    response.destroy()
    throw new Error(`${declared} bytes are announced instead of ${size_bytes}`)
  }
  const bytes = Buffer.allocUnsafe(size_bytes)
  let filled = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if (filled + chunk.length > size_bytes) throw new Error(`more than ${size_bytes} bytes come`)
    filled += chunk.copy(bytes, filled)
  }
  if (filled < size_bytes) throw new Error(`only ${filled} of ${size_bytes} bytes came`)
  return bytes
}

/** Not for what this node is, or for what the server has to do? The first will not change soon. */
async function refusal(server: string, response: IncomingMessage): Promise<Error> {
  const status = response.statusCode ?? 0
  const problem = await problemOf(response)
  const reason = problem?.code ?? ''
  const why = problem?.detail ?? problem?.title ?? 'without a reason'
  const make = status === 403 || status === 426 ? agentFaults.refused : agentFaults.turned_away
  return make({ server, status, why, reason })
}

async function problemOf(response: IncomingMessage): Promise<Problem | undefined> {
  const chunks: Buffer[] = []
  let size_bytes = 0
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size_bytes += chunk.length
      if (size_bytes > pace.answer_bytes_max) return undefined
      chunks.push(chunk)
    }
    return Problem.safeParse(JSON.parse(Buffer.concat(chunks).toString('utf8'))).data
  } catch {
    // The status alone has to do.
    return undefined
  }
}

function away(server: string, cause: unknown): Error {
  return agentFaults.unreachable({ server, why: messageOf(cause) }, { cause })
}
