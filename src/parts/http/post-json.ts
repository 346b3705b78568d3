/** One JSON document to a service of ours, and its answer. */
import { Agent, type ClientRequest, request as requestHttp } from 'node:http'
import { request as requestHttps, Agent as TlsAgent } from 'node:https'
import type { ConnectionOptions } from 'node:tls'

export type Poster = Disposable & {
  /**
   * Resolves with status and text; rejects when the other side cannot be reached or is silent for
   * `timeout_ms`.
   */
  post(
    path: string,
    body: string,
    /** On this request. */
    headers?: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: number; readonly text: string }>
}

export type PosterOptions = {
  /** For `https:` addresses: whom to trust and what to show. */
  readonly tls?: ConnectionOptions
  /** On every request. */
  readonly headers?: Readonly<Record<string, string>>
}

/** Answers are small; more than this is not one of ours. */
const answer_bytes_max = 1_048_576

/**
 * Posts to one server (`http://127.0.0.1:3313`, `https://10.0.0.2:3313`) over connections that are
 * kept.
 */
export function poster(url: string, timeout_ms: number, options: PosterOptions = {}): Poster {
  const { hostname, port, protocol } = new URL(url)
  const kept = { keepAlive: true, maxSockets: 2 }
  const agent = protocol === 'https:' ? new TlsAgent({ ...kept, ...options.tls }) : new Agent(kept)
  const request = protocol === 'https:' ? requestHttps : requestHttp
  return {
    post: (path, body, headers = {}) => {
      const bytes = Buffer.from(body, 'utf8')
      const sent = request({
        agent,
        host: hostname.replace(/^\[|\]$/g, ''),
        port,
        path,
        method: 'POST',
        timeout: timeout_ms,
        headers: {
          ...options.headers,
          ...headers,
          'content-type': 'application/json',
          'content-length': bytes.length,
        },
      })
      sent.on('timeout', () => sent.destroy(new Error(`no answer in ${timeout_ms} ms`)))
      const answer = answerOf(sent)
      sent.end(bytes)
      return answer
    },
    [Symbol.dispose]: () => agent.destroy(),
  }
}

function answerOf(sent: ClientRequest): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    sent.on('error', reject)
    sent.on('response', (response) => {
      const chunks: Buffer[] = []
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > answer_bytes_max) response.destroy(new Error('the answer is too long'))
        else chunks.push(chunk)
      })
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          text: Buffer.concat(chunks).toString('utf8'),
        }),
      )
      response.on('error', reject)
    })
  })
}
