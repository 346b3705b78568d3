/** The HTTP/2 server that TLS connections are handed to when their client speaks it. */
import {
  createServer,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2'
import type { Connection } from '../connection.ts'
import type { Arrivals } from '../listen.ts'

export function openHttp2(
  arrivals: Arrivals,
  known: WeakMap<object, Connection>,
  sessions: Set<ServerHttp2Session>,
): Http2Server {
  const server = createServer({
    settings: { maxConcurrentStreams: 128, maxHeaderListSize: 65_536 },
    maxSessionInvalidFrames: 100,
    maxSessionRejectedStreams: 100,
  })
  const arrive = (
    request: Http2ServerRequest,
    response: Http2ServerResponse,
    expects_continue: boolean,
    has_bad_expectation: boolean,
  ): void => {
    const connection = request.stream.session && known.get(request.stream.session)
    if (connection === undefined) request.stream.close()
    else
      arrivals.onArrival({
        request,
        response,
        connection,
        expects_continue,
        has_bad_expectation,
        upgrade: undefined,
      })
  }
  server.on('request', (request, response) => arrive(request, response, false, false))
  server.on('checkContinue', (request, response) => arrive(request, response, true, false))
  server.on('checkExpectation', (request, response) => arrive(request, response, false, true))
  server.on('session', (session) => {
    sessions.add(session)
    session.on('close', () => sessions.delete(session))
    session.on('error', ignore)
  })
  server.on('sessionError', ignore)
  return server
}

function ignore(): void {}
