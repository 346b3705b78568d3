/** Probes for whoever watches the process: is it alive, can it work. */
import type { FastifyInstance } from 'fastify'
import type { Database } from '#parts/records/database.ts'

export function mountProbes(
  app: FastifyInstance,
  facts: { readonly database: Database; readonly database_label: string; readonly node: string },
): void {
  app.get('/livez', (_request, reply) => reply.type('text/plain').send('ok\n'))

  app.get<{ Querystring: { verbose?: string } }>('/readyz', (request, reply) => {
    const trouble = facts.database.trouble()
    const is_ready = trouble === undefined
    // The reason may name hosts of the inside: for whoever sits on this machine only.
    const reason = request.is_local && trouble ? `: ${trouble}` : ''
    const lines = [
      `[${is_ready ? '+' : '-'}] database ${facts.database_label}${is_ready ? '' : ' is away'}${reason}`,
      `[+] node ${facts.node}`,
    ]
    const text = request.query.verbose === undefined ? [] : lines
    return reply
      .code(is_ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .type('text/plain')
      .send(`${[...text, is_ready ? 'ok' : 'not ready'].join('\n')}\n`)
  })
}
