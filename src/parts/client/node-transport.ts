/** Calls from a program, by undici: what the local socket and other machines have in common. Node only. */
import { Agent } from 'undici'
import { messageOf } from '#base/fault.ts'
import type { Transport } from './client.ts'
import { clientFaults } from './faults.ts'
import { type LiveMessage, messagesOf } from './messages.ts'

export type NodeTransport = AsyncDisposable & {
  readonly send: Transport
  /** The live stream from now on, or after the message with id `last_id`; ends when the signal is aborted. */
  events(path: string, signal: AbortSignal, last_id?: string): AsyncIterable<LiveMessage>
  /** The text of an answer as it comes (exports). Throws `client.unreachable`. */
  download(path: string, signal?: AbortSignal): AsyncIterable<string>
}

/** Where calls go and what they carry. */
export type NodeTarget = {
  /** How a person knows it; stands in faults. */
  readonly label: string
  readonly origin: string
  readonly connect: { readonly socketPath?: string; readonly ca?: string | string[] }
  readonly authorization?: string
  readonly timeout_ms: number
}

export function nodeTransport(target: NodeTarget): NodeTransport {
  const { label, origin, connect, authorization, timeout_ms } = target
  const agent = new Agent({
    connect: { ...connect, timeout: timeout_ms },
    headersTimeout: timeout_ms,
    // Heartbeats come every 15 s: a stream that is silent for longer is dead.
    bodyTimeout: 45_000,
  })
  const unreachable = (cause: unknown) => {
    const facts = { server: label, reason: messageOf(cause) }
    return isOfCertificate(cause)
      ? clientFaults.untrusted(facts, { cause })
      : clientFaults.unreachable(facts, { cause })
  }

  async function ask(
    request: Parameters<Transport>[0],
    headers: Record<string, string> = {},
  ): Promise<Awaited<ReturnType<Agent['request']>>> {
    try {
      return await agent.request({
        origin,
        method: request.method as 'GET',
        path: request.path,
        headers: {
          accept: 'application/json',
          ...(authorization === undefined ? {} : { authorization }),
          ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(request.if_match === undefined ? {} : { 'if-match': request.if_match }),
          ...headers,
        },
        ...(request.body === undefined ? {} : { body: request.body }),
        ...(request.signal ? { signal: request.signal } : {}),
      })
    } catch (cause) {
      if (request.signal?.aborted) throw cause
      throw unreachable(cause)
    }
  }

  async function* read(path: string, headers: Record<string, string>, signal?: AbortSignal) {
    const response = await ask({ method: 'GET', path, ...(signal ? { signal } : {}) }, headers)
    if (response.statusCode !== 200) {
      await response.body.dump()
      throw unreachable(new Error(`status ${response.statusCode}`))
    }
    const decoder = new TextDecoder()
    try {
      for await (const chunk of response.body) yield decoder.decode(chunk, { stream: true })
    } catch (cause) {
      if (signal?.aborted) return
      throw unreachable(cause)
    }
  }

  return {
    async send(request) {
      const response = await ask(request)
      const media = String(response.headers['content-type'] ?? '').split(';')[0] ?? ''
      return {
        status: response.statusCode,
        media: media.trim().toLowerCase(),
        text: await response.body.text(),
      }
    },
    events: (path, signal, last_id) =>
      messagesOf(
        read(
          path,
          { accept: 'text/event-stream', ...(last_id ? { 'last-event-id': last_id } : {}) },
          signal,
        ),
      ),
    download: (path, signal) => read(path, { accept: '*/*' }, signal),
    [Symbol.asyncDispose]: () => agent.destroy(),
  }
}

/** Codes of OpenSSL and Node for a certificate that does not hold. */
function isOfCertificate(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return /SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)|^CERT_|ALTNAME_INVALID/.test(code)
}
