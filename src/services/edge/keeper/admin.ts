/**
 * The admin port: status, metrics, health. It answers only peers on this machine that ask for a
 * loopback name, so that no page in a browser here can read it by another name for 127.0.0.1 (DNS
 * rebinding).
 */
import { createServer } from 'node:http'
import { isLoopback } from '#base/address.ts'
import { readHost } from '#parts/http/head.ts'
import { openTcp } from '#parts/http/tcp.ts'
import { type Readiness, readinessText } from './readiness.ts'

export type AdminFacts = {
  status(): unknown
  cluster(): unknown
  metrics(): Promise<{ readonly content_type: string; readonly text: string }>
  readiness(): Readiness
}

export type Admin = AsyncDisposable & { readonly address: string; readonly port: number }

type Reply = readonly [status: number, content_type: string, body: string]
const plain = 'text/plain; charset=utf-8'

/** @throws http.cannot_listen */
export async function openAdmin(address: string, facts: AdminFacts): Promise<Admin> {
  const server = createServer(
    { requestTimeout: 5000, headersTimeout: 5000 },
    (request, response) => {
      const send = ([status, content_type, body]: Reply): void => {
        response.writeHead(status, {
          'content-type': content_type,
          'cache-control': 'no-store',
          'x-content-type-options': 'nosniff',
        })
        response.end(request.method === 'HEAD' ? undefined : body)
      }
      const refusal = refused(request.method, request.socket.remoteAddress, request.headers.host)
      if (refusal !== undefined) send(refusal)
      else
        reply(request.url ?? '/', facts).then(send, (error) =>
          send([500, plain, `${error instanceof Error ? error.message : 'failed'}\n`]),
        )
    },
  )
  const bound = await openTcp(server, address)
  return {
    ...bound,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function refused(method = '', peer = '', host = ''): Reply | undefined {
  if (!isLoopback(peer)) return [403, plain, 'Only this machine may ask.\n']
  const name = (readHost(host) ?? '').replace(/^\[|\]$/g, '')
  if (name !== 'localhost' && !isLoopback(name)) return [403, plain, 'Ask by a loopback address.\n']
  if (method !== 'GET' && method !== 'HEAD') return [405, plain, 'Only GET.\n']
  return undefined
}

async function reply(url: string, facts: AdminFacts): Promise<Reply> {
  const { pathname, searchParams } = new URL(url, 'http://admin')
  switch (pathname) {
    case '/gatehouse-status':
      return [200, 'application/json', `${JSON.stringify(facts.status(), undefined, 2)}\n`]
    case '/cluster':
      return [200, 'application/json', `${JSON.stringify(facts.cluster(), undefined, 2)}\n`]
    case '/metrics': {
      const { content_type, text } = await facts.metrics()
      return [200, content_type, text]
    }
    case '/livez':
      return [200, plain, 'ok\n']
    case '/readyz': {
      const readiness = facts.readiness()
      return [
        readiness.is_ready ? 200 : 503,
        plain,
        readinessText(readiness, searchParams.has('verbose')),
      ]
    }
    default:
      return [404, plain, '/gatehouse-status /cluster /metrics /livez /readyz?verbose\n']
  }
}
