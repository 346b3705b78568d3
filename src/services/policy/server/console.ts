/** The console: static files, and index.html for every page of it. The home of @fastify/static. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fastifyStatic } from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { api } from '#model/api.ts'
import { policyFaults } from '../faults.ts'

export async function serveConsole(app: FastifyInstance, console_dir: string): Promise<void> {
  await app.register(fastifyStatic, {
    root: console_dir,
    dotfiles: 'ignore',
    cacheControl: false,
    setHeaders(reply, path) {
      // Vite puts a hash of the content into the names of assets.
      const is_asset = path.startsWith(join(console_dir, 'assets'))
      reply.header('cache-control', is_asset ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? '/'
    const is_page =
      (request.method === 'GET' || request.method === 'HEAD') &&
      !path.startsWith('/api/') &&
      !/\.\w+$/.test(path)
    if (is_page) return showConsole(request, reply, console_dir)
    const allow = methodsOf(path)
    if (allow.length > 0 && !allow.includes(request.method)) {
      const { method } = request
      throw policyFaults.method_not_allowed({ method, path, allow: allow.join(', ') })
    }
    throw policyFaults.not_found({ what: path.slice(0, 200) })
  })
}

/** A page of the console is known to the console only; all of them are the same file. */
function showConsole(request: FastifyRequest, reply: FastifyReply, console_dir: string) {
  if (existsSync(join(console_dir, 'index.html'))) return reply.sendFile('index.html')
  const fault = policyFaults.console_not_built({ dir: console_dir })
  if (!request.headers.accept?.includes('text/html')) throw fault
  return reply
    .code(503)
    .type('text/html; charset=utf-8')
    .send(
      '<!doctype html><html lang="en"><title>Gatehouse</title><h1>The console is not built</h1>' +
        '<p>Run <code>npm run console:build</code>, then load this page again.</p>' +
        '<p>The API works: <a href="/api/v1/openapi.json">/api/v1/openapi.json</a></p></html>',
    )
}

const patterns = Object.keys(api).map((key) => {
  const [method = '', path = ''] = key.split(' ')
  return {
    method,
    path: new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
  }
})

function methodsOf(path: string): string[] {
  return patterns.filter((known) => known.path.test(path)).map((known) => known.method)
}
