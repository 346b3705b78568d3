/** One JSON document to a service of ours, and its answer. */
import { Agent, request as requestHttp } from 'node:http'

export type Poster = Disposable & {
  /**
   * Resolves with status and text; rejects when the other side cannot be reached or is silent for
   * `timeout_ms`.
   */
  post(path: string, body: string): Promise<{ readonly status: number; readonly text: string }>
}

/** Answers are small; more than this is not one of ours. */
const answer_bytes_max = 1_048_576

/** Posts to one server (`http://127.0.0.1:3313`) over connections that are kept. */
export function poster(url: string, timeout_ms: number): Poster {
  const agent = new Agent({ keepAlive: true, maxSockets: 2 })
  const { hostname, port } = new URL(url)
  return {
    post: (path, body) =>
      new Promise((resolve, reject) => {
        const bytes = Buffer.from(body, 'utf8')
        const request = requestHttp(
          {
            agent,
            host: hostname.replace(/^\[|\]$/g, ''),
            port,
            path,
            method: 'POST',
            timeout: timeout_ms,
            headers: { 'content-type': 'application/json', 'content-length': bytes.length },
          },
          (response) => {
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
          },
        )
        request.on('timeout', () => request.destroy(new Error(`no answer in ${timeout_ms} ms`)))
        request.on('error', reject)
        request.end(bytes)
      }),
    [Symbol.dispose]: () => agent.destroy(),
  }
}
