/** The contract as OpenAPI 3.1, made from the schemas of the routes. The home of @fastify/swagger. */
import { fastifySwagger } from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform } from 'fastify-type-provider-zod'

/** Before the routes are mounted: it listens for them. */
export async function describeRoutes(
  app: FastifyInstance,
  about: { readonly version: string; readonly cookie_name: string },
): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Gatehouse',
        version: about.version,
        description:
          'Calls of the console and of programs. Errors are problems (RFC 9457) with a stable `code`. ' +
          'Calls that change something need the header `x-csrf-token` with the token of the session; ' +
          'those with a bearer token do not.',
      },
      components: {
        securitySchemes: {
          session: { type: 'apiKey', in: 'cookie', name: about.cookie_name },
          bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'gh_…' },
        },
      },
    },
    transform: (document) =>
      document.schema
        ? jsonSchemaTransform(document)
        : { schema: { hide: true }, url: document.url },
  })
}

/** After `app.ready()`. */
export function openapiOf(app: FastifyInstance): Readonly<Record<string, unknown>> {
  return { ...app.swagger() }
}
