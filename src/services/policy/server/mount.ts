/** Puts the table of routes on the server: every contract becomes a route with its schema, access and handler. */
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { canonicalAddress } from '#base/address.ts'
import { z } from '#base/schema.ts'
import type { Contract } from '#model/api/contract.ts'
import { type ApiCall, api } from '#model/api.ts'
import { Problem } from '#model/problem.ts'
import { policyFaults } from '../faults.ts'
import type { Call, Desk, TextAnswer, Who } from '../handler.ts'
import { routes } from '../routes.ts'
import { admit, findWho, isSafe } from './access.ts'
import type { Guard } from './guard.ts'

export type MountOptions = {
  readonly guard: Guard
  readonly cookie_name: string
  readonly is_tls: boolean
  /** How long a browser keeps the cookie. */
  readonly session_max_ms: number
}

declare module 'fastify' {
  interface FastifyRequest {
    who: Who | undefined
    /** True when the call came through the local socket. */
    is_local: boolean
  }
}

/** The same for all calls, seen without their shapes. */
type AnyHandler = (input: unknown, desk: Desk, call: Call) => Promise<unknown>

export function mountRoutes(app: FastifyInstance, desk: Desk, options: MountOptions): void {
  for (const key of Object.keys(api) as ApiCall[]) {
    const contract: Contract = api[key]
    const [method = '', path = ''] = key.split(' ')
    const handler = routes[key] as unknown as AnyHandler
    app.route({
      method,
      url: path.replace(/\{(\w+)\}/g, ':$1'),
      // A HEAD would run the handler of a stream that never ends.
      exposeHeadRoute: false,
      schema: schemaOf(contract, path),
      ...(contract.body_bytes_max ? { bodyLimit: contract.body_bytes_max } : {}),
      async onRequest(request) {
        if (!request.is_local && !isSafe(method)) options.guard.origin(request.headers)
        const { is_local, cookies, headers } = request
        const cookie = cookies[options.cookie_name]
        const { authorization } = headers
        const shown = { is_local, cookie, authorization, address: addressOf(request) }
        request.who = await findWho(contract, shown, desk)
        admit(contract, request.who, request)
      },
      async handler(request, reply) {
        const { params, query, body } = request
        if (contract.needs_etag && ifMatch(request.headers['if-match']) === undefined) {
          throw policyFaults.etag_needed({})
        }
        reply.header('cache-control', 'no-store')
        const answer = await handler({ params, query, body }, desk, callOf(request, reply, options))
        if (contract.media) return sendText(answer as TextAnswer, reply, desk)
        if (!contract.response) return reply.code(204).send()
        linkNext(request, reply, answer)
        return answer
      },
    })
  }
}

function schemaOf(contract: Contract, path: string): Record<string, unknown> {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '')
  const problem = { content: { 'application/problem+json': { schema: Problem } } }
  return {
    operationId: contract.id,
    summary: contract.summary,
    tags: [contract.id.split('.')[0] ?? ''],
    security: contract.access === 'public' ? [] : [{ session: [] }, { bearer: [] }],
    ...(names.length > 0 ? { params: contract.params ?? uuids(names) } : {}),
    ...(contract.query ? { querystring: contract.query } : {}),
    ...(contract.body ? { body: contract.body } : {}),
    response: {
      ...answerSchema(contract),
      '4xx': { description: 'Refused', ...problem },
      '5xx': { description: 'Failed', ...problem },
    },
  }
}

function uuids(names: readonly string[]): z.ZodObject {
  return z.strictObject(Object.fromEntries(names.map((name) => [name, z.uuid()])))
}

function answerSchema(contract: Contract): Record<string, unknown> {
  if (contract.media) {
    const content = contract.media.map((media) => [media, { schema: z.string() }])
    return { 200: { description: contract.summary, content: Object.fromEntries(content) } }
  }
  if (contract.response) return { 200: contract.response.describe(contract.summary) }
  return { 204: z.undefined().describe('Done') }
}

/** Of the peer. */
function addressOf({ is_local, ip }: FastifyRequest): string {
  return is_local ? 'local' : (canonicalAddress(ip) ?? ip)
}

function callOf(request: FastifyRequest, reply: FastifyReply, options: MountOptions): Call {
  const last_event_id = request.headers['last-event-id']
  return {
    who: request.who,
    address: addressOf(request),
    get signal() {
      const gone = new AbortController()
      if (reply.raw.closed) gone.abort()
      else reply.raw.once('close', () => gone.abort())
      return gone.signal
    },
    last_event_id: typeof last_event_id === 'string' ? last_event_id : undefined,
    if_match: ifMatch(request.headers['if-match']),
    setEtag: (etag) => void reply.header('etag', `"${etag}"`),
    hangUp: () => void reply.raw.destroy(),
    setSession(token) {
      const { cookie_name, is_tls, session_max_ms } = options
      const scope = { path: '/', httpOnly: true, sameSite: 'strict', secure: is_tls } as const
      if (token === undefined) reply.clearCookie(cookie_name, scope)
      else reply.setCookie(cookie_name, token, { ...scope, maxAge: session_max_ms / 1000 })
    },
  }
}

/** One tag is all that a caller of ours can have read; a weak one is as good, its states are ours alone. */
function ifMatch(header: string | undefined): string | undefined {
  const tag = header?.trim().replace(/^W\//, '')
  return tag === undefined || tag === '' ? undefined : tag.replace(/^"(.*)"$/, '$1')
}

/** The first chunk is read before anything is sent: a fault in it is still a problem with a status. */
async function sendText(answer: TextAnswer, reply: FastifyReply, desk: Desk) {
  const chunks = answer.chunks[Symbol.asyncIterator]()
  const first = await chunks.next()
  async function* all() {
    try {
      for (let next = first; !next.done; next = await chunks.next()) yield next.value
    } finally {
      await chunks.return?.()
    }
  }
  const stream = Readable.from(all(), { objectMode: false })
  stream.on('error', (error) => desk.log.trouble('api.stream_broken', error))
  reply.type(answer.media)
  if (answer.file_name) {
    reply.header('content-disposition', `attachment; filename="${answer.file_name}"`)
  }
  return reply.send(stream)
}

/** RFC 8288: the next page of a list, for who does not read our JSON. */
function linkNext(request: FastifyRequest, reply: FastifyReply, answer: unknown): void {
  if (typeof answer !== 'object' || answer === null || !('next_cursor' in answer)) return
  if (typeof answer.next_cursor !== 'string') return
  const next = new URL(request.url, 'http://localhost')
  next.searchParams.set('cursor', answer.next_cursor)
  reply.header('link', `<${next.pathname}${next.search}>; rel="next"`)
}
