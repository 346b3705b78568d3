/** One question to a policy server over TLS, and its answer: bounded in time and size. */
import { type RequestOptions, request } from 'node:http'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import type { Clock } from '#base/clock.ts'
import { Fault, messageOf } from '#base/fault.ts'
import type { z } from '#base/schema.ts'
import { Problem } from '#model/problem.ts'
import { identityFaults } from '../faults.ts'
import { placeOf } from '../servers.ts'

/** A few certificates and addresses; no answer of ours comes near. */
const answer_bytes_max = 1_048_576

/** Connecting, checking and answering together. */
const patience_ms = 15_000

/**
 * Opens TLS to the server and hands the socket to `talk`; closes it afterwards, and also when all takes too long.
 *
 * @throws identity.bad_server, identity.unreachable, identity.not_gatehouse (what answers does not speak our TLS)
 */
export async function withTls<T>(
  server: string,
  options: ConnectionOptions,
  clock: Clock,
  talk: (socket: TLSSocket) => Promise<T>,
): Promise<T> {
  const socket = connect({ ...placeOf(server), ALPNProtocols: ['http/1.1'], ...options })
  // After the first failure the socket may have more to say about it; that changes nothing.
  socket.on('error', () => {})
  using _limit = clock.after(patience_ms, () =>
    socket.destroy(new Error(`no answer in ${patience_ms / 1000} seconds`)),
  )
  try {
    await secured(socket, server)
    return await talk(socket)
  } finally {
    socket.destroy()
  }
}

function secured(socket: TLSSocket, server: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('secureConnect', resolve)
    socket.once('error', (cause: NodeJS.ErrnoException) => {
      const reason = messageOf(cause)
      const is_answered = cause.code === 'EPROTO' || cause.code?.startsWith('ERR_SSL_')
      reject(
        is_answered
          ? identityFaults.not_gatehouse({ server, reason: `it does not speak TLS 1.3` }, { cause })
          : identityFaults.unreachable({ server, reason }),
      )
    })
    socket.once('close', () =>
      reject(identityFaults.unreachable({ server, reason: 'it closed the connection' })),
    )
  })
}

/**
 * Posts JSON on a socket that `withTls` opened, once, and checks the answer by its schema.
 *
 * @throws the code and sentence that the server refuses with; identity.unreachable, identity.not_gatehouse
 */
export async function ask<S extends z.ZodType>(
  socket: TLSSocket,
  server: string,
  path: string,
  body: unknown,
  schema: S,
): Promise<z.infer<S>> {
  const text = JSON.stringify(body)
  const answer = await post(socket, server, path, text)
  let raw: unknown
  try {
    raw = JSON.parse(answer.text)
  } catch {
    raw = undefined
  }
  if (answer.status !== 200) {
    const problem = Problem.safeParse(raw)
    if (!problem.success) {
      const reason = `it answered ${path} with status ${answer.status}`
      throw identityFaults.not_gatehouse({ server, reason })
    }
    const { code, title, detail } = problem.data
    throw new Fault(code, detail ?? title, { server, status: answer.status })
  }
  const checked = schema.safeParse(raw)
  if (checked.success) return checked.data
  const { path: where = [], message = '' } = checked.error.issues[0] ?? {}
  throw identityFaults.bad_answer({ server, reason: `${where.join('.') || 'it'}: ${message}` })
}

function post(
  socket: TLSSocket,
  server: string,
  path: string,
  text: string,
): Promise<{ readonly status: number; readonly text: string }> {
  const bytes = Buffer.from(text, 'utf8')
  const options: RequestOptions = {
    createConnection: () => socket,
    method: 'POST',
    path,
    headers: {
      host: server,
      'content-type': 'application/json',
      'content-length': bytes.length,
      connection: 'close',
    },
  }
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown): void =>
      reject(identityFaults.unreachable({ server, reason: messageOf(cause) }))
    const asked = request(options, (response) => {
      const chunks: Buffer[] = []
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > answer_bytes_max) response.destroy(new Error('its answer is too long'))
        else chunks.push(chunk)
      })
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      )
      response.on('error', fail)
    })
    asked.on('error', fail)
    asked.end(bytes)
  })
}
