/** The HTTP application, without a socket: guards first, then API, probes and console. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { fastifyCookie } from '@fastify/cookie'
import { fastifyHelmet } from '@fastify/helmet'
import { fastifyRateLimit, normalizeIP } from '@fastify/rate-limit'
import { type FastifyInstance, fastify } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { uuidv7 } from '#base/id.ts'
import type { World } from '#base/service.ts'
import { policyFaults } from '../faults.ts'
import type { Desk } from '../handler.ts'
import { serveConsole } from './console.ts'
import { type MountOptions, mountRoutes } from './mount.ts'
import { describeRoutes } from './openapi.ts'
import { mountProbes } from './probes.ts'
import { sendProblem } from './problem.ts'

export type AppOptions = MountOptions & {
  /** A certificate that browsers trust: only then may they be told to insist on TLS. */
  readonly is_trusted_tls: boolean
  readonly console_dir: string
  readonly node: string
  readonly version: string
  readonly database_label: string
  readonly isLocal: (request: IncomingMessage) => boolean
}

/** Our bodies are a name and two passwords. */
const body_size_max = 64 * 1024
/** Calls, pages and files that one address may ask for in a minute. */
const calls_max = 3_000

export async function policyApp(
  desk: Desk,
  options: AppOptions,
  world: World,
): Promise<FastifyInstance> {
  const { log, clock, metrics } = world
  const app = fastify({
    bodyLimit: body_size_max,
    genReqId: () => uuidv7(clock.now()),
    // A request id is ours or nobody's: what a client sends would let it write into our records.
    requestIdHeader: false,
    return503OnClosing: false,
    routerOptions: { maxParamLength: 200 },
  })
  app.removeContentTypeParser('text/plain')
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply, log))
  app.decorateRequest('who', undefined)
  app.decorateRequest('is_local', false)

  await app.register(fastifyHelmet, securityHeaders(options))
  await app.register(fastifyCookie)
  await app.register(fastifyRateLimit, { global: false })
  await describeRoutes(app, options)

  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
    request.is_local = options.isLocal(request.raw)
    if (!request.is_local) options.guard.host(request.headers.host)
  })
  app.addHook('onRequest', app.rateLimit(rateLimit))
  const calls = metrics.counter('api_calls_total', 'Answered calls of API and console', ['status'])
  app.addHook('onResponse', async (_request, reply) => {
    calls.add(1, { status: `${Math.floor(reply.statusCode / 100)}xx` })
  })

  mountRoutes(app, desk, options)
  mountProbes(app, { ...options, database: desk.database })
  await serveConsole(app, options.console_dir)
  await app.ready()
  return app
}

const rateLimit = {
  max: calls_max,
  timeWindow: 60_000,
  keyGenerator: (request: { ip: string; is_local: boolean }) =>
    request.is_local ? randomUUID() : normalizeIP(request.ip),
  errorResponseBuilder: (_request: unknown, context: { ttl: number }) =>
    policyFaults.too_many_calls({ retry_after_s: Math.ceil(context.ttl / 1000) }),
}

function securityHeaders(options: AppOptions) {
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        objectSrc: ["'none'"],
      },
    },
    frameguard: { action: 'deny' as const },
    referrerPolicy: { policy: 'no-referrer' as const },
    // With a self-signed certificate it would take the "visit anyway" away.
    hsts: options.is_trusted_tls ? { maxAge: 31_536_000 } : false,
  }
}
