/** Calls by `fetch`: the console in a browser, same origin, known by its cookie. */
import { messageOf } from '#base/fault.ts'
import { addressOf } from './call.ts'
import type { Transport, TransportRequest, TransportResponse } from './client.ts'
import { clientFaults } from './faults.ts'

export type FetchOptions = {
  /** `https://gate.example:8443`; the page's own origin when left out. */
  readonly origin?: string
  readonly fetch?: typeof fetch
}

/**
 * Keeps the CSRF token by itself: it learns it from every answer that carries a session and asks for the
 * session when something is to be changed before one was seen.
 */
export function fetchTransport(options: FetchOptions = {}): Transport {
  const origin = options.origin ?? ''
  const send = options.fetch ?? fetch.bind(globalThis)
  let csrf_token: string | undefined

  async function once(request: TransportRequest): Promise<TransportResponse> {
    const headers: Record<string, string> = { accept: 'application/json' }
    if (request.body !== undefined) headers['content-type'] = 'application/json'
    if (request.if_match !== undefined) headers['if-match'] = request.if_match
    if (request.method !== 'GET' && csrf_token) headers['x-csrf-token'] = csrf_token
    let response: Response
    try {
      response = await send(origin + request.path, {
        method: request.method,
        headers,
        credentials: 'same-origin',
        cache: 'no-store',
        redirect: 'error',
        ...(request.body === undefined ? {} : { body: request.body }),
        ...(request.signal ? { signal: request.signal } : {}),
      })
    } catch (cause) {
      if (request.signal?.aborted) throw cause
      const facts = { server: origin || 'this address', reason: messageOf(cause) }
      throw clientFaults.unreachable(facts, { cause })
    }
    const media = (response.headers.get('content-type') ?? '').split(';')[0] ?? ''
    const text = await response.text()
    if (response.ok && isAboutSession(request.path)) csrf_token = tokenIn(text)
    return { status: response.status, media: media.trim().toLowerCase(), text }
  }

  return async (request) => {
    const is_login = request.method === 'POST' && request.path === sessionPath
    if (request.method !== 'GET' && !is_login && !csrf_token) {
      await once({
        method: 'GET',
        path: sessionPath,
        ...(request.signal ? { signal: request.signal } : {}),
      })
    }
    return once(request)
  }
}

const sessionPath = addressOf('GET /api/v1/session').path

function isAboutSession(path: string): boolean {
  return path === sessionPath || path.startsWith(`${sessionPath}/`)
}

function tokenIn(text: string): string | undefined {
  if (text === '') return undefined
  const data: unknown = JSON.parse(text)
  if (typeof data !== 'object' || data === null || !('csrf_token' in data)) return undefined
  return typeof data.csrf_token === 'string' ? data.csrf_token : undefined
}
