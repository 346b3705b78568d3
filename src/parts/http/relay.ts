/**
 * ★ One request to the upstream and its answer back, as callbacks: the head, the bytes as they
 * come, the end. Another server is tried when one fails before it answered and nothing can have
 * happened twice.
 */
import type { Duplex, Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { Fault } from '#base/fault.ts'
import { httpFaults } from './faults.ts'
import type { UpstreamPool, UpstreamServer } from './pool.ts'
import { upstreamFault } from './relay/faults.ts'

export type RelayRequest = {
  readonly method: string
  readonly path: string
  /** The fields for one server: its own Host may be asked for. */
  readonly headersFor: (server: UpstreamServer) => string[]
  /** A buffer can be sent again, a stream cannot. */
  readonly body: Buffer | Readable | undefined
  /** `websocket` when the client wants one. */
  readonly upgrade: string | undefined
  /** For messages. */
  readonly site: string
}

export type RelayHandler = {
  /** The final head; `headers` is a flat list as the upstream sent it, one character a byte. */
  onHead(status: number, message: string, headers: string[]): void
  onData(chunk: Buffer): void
  /** All has come; `trailers` is a flat list. */
  onEnd(trailers: string[]): void
  /** The upstream switched protocols: raw bytes from here on. */
  onUpgrade(headers: string[], socket: Duplex): void
  /** It failed for good: before the head (an answer can still be made) or after (it cannot). */
  onFault(fault: Fault): void
  /** A server failed; another is tried, or onFault follows. */
  onServerFailed(server: UpstreamServer, fault: Fault): void
}

/** A hand on the exchange with the upstream. */
export type Relay = {
  /** No more onData until `resume`: the upstream is held by TCP. */
  pause(): void
  resume(): void
  /** Ends it; no callback follows. */
  abort(): void
}

export function relay(pool: UpstreamPool, request: RelayRequest, handler: RelayHandler): Relay {
  return new Relaying(pool, request, handler)
}

/** Methods that may be sent twice (RFC 9110, section 9.2.2). */
const idempotent: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'PUT',
  'DELETE',
  'OPTIONS',
  'TRACE',
])

/** Both ends of the conversation in one object, so that a request costs one allocation here. */
class Relaying implements Relay, Dispatcher.DispatchHandler {
  readonly #pool: UpstreamPool
  readonly #request: RelayRequest
  readonly #handler: RelayHandler
  readonly #tried: UpstreamServer[] = []
  #server: UpstreamServer | undefined
  /** In the line for a server, while all are busy. */
  #place: Disposable | undefined
  #controller: Dispatcher.DispatchController | undefined
  #is_started = false
  #has_head = false
  #is_over = false

  constructor(pool: UpstreamPool, request: RelayRequest, handler: RelayHandler) {
    this.#pool = pool
    this.#request = request
    this.#handler = handler
    this.#attempt()
  }

  #attempt(): void {
    const server = this.#pool.take(this.#tried)
    if (server === undefined) {
      this.#giveUp('no server is left')
      return
    }
    if (server === 'busy') {
      this.#place = this.#pool.wait(
        () => this.#attempt(),
        () => this.#giveUp('no place came free in time'),
      )
      if (this.#place === undefined) this.#giveUp('all servers have max_conns under way')
      return
    }
    this.#tried.push(server)
    this.#server = server
    this.#is_started = false
    this.#controller = undefined
    try {
      const options: Dispatcher.DispatchOptions & { servername?: string } = {
        path: server.prefix + this.#request.path,
        method: this.#request.method,
        headers: this.#request.headersFor(server),
        body: this.#request.body ?? null,
        ...(this.#request.upgrade === undefined ? {} : { upgrade: this.#request.upgrade }),
        // Never two requests on one connection at once: one client's slow answer must not hold
        // another's.
        idempotent: false,
        // Not the client's Host, as undici would have it: its certificate is the upstream's own.
        ...(server.servername === undefined ? {} : { servername: server.servername }),
      }
      server.wires.dispatch(options, this)
    } catch (error) {
      this.onResponseError(undefined, error)
    }
  }

  #giveUp(state: string): void {
    this.#is_over = true
    this.#handler.onFault(httpFaults.no_upstream({ site: this.#request.site, state }))
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    this.#is_started = true
    if (this.#is_over) controller.abort(new Error('client gone'))
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    _headers: unknown,
    message?: string,
  ): void {
    if (this.#is_over || status < 200) return
    this.#has_head = true
    this.#handler.onHead(status, message ?? '', flat(controller.rawHeaders))
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#is_over) this.#handler.onData(chunk)
  }

  onResponseEnd(controller: Dispatcher.DispatchController): void {
    if (this.#is_over) return
    this.#close('answered')
    this.#handler.onEnd(flat(controller.rawTrailers))
  }

  onRequestUpgrade(
    controller: Dispatcher.DispatchController,
    _status: number,
    _headers: unknown,
    socket: Duplex,
  ): void {
    if (this.#is_over) {
      socket.destroy()
      return
    }
    // Only a `max_conns` that someone set counts tunnels: they keep their place until they end.
    const server = this.#server
    this.#is_over = true
    this.#server = undefined
    if (server?.settings.max_conns === 0) this.#pool.release(server, 'answered')
    else if (server !== undefined)
      socket.once('close', () => this.#pool.release(server, 'answered'))
    this.#handler.onUpgrade(flat(controller.rawHeaders), socket)
  }

  onResponseError(_controller: unknown, error: unknown): void {
    const server = this.#server
    if (this.#is_over || server === undefined) return
    const fault = upstreamFault(server.url, error)
    if (this.#has_head || fault.code === 'http.unsendable') {
      this.#close('unknown')
      this.#handler.onFault(fault)
      return
    }
    this.#pool.release(server, 'failed')
    this.#server = undefined
    this.#handler.onServerFailed(server, fault)
    if (!this.#is_over && this.#mayTryAgain()) this.#attempt()
    else if (!this.#is_over) {
      this.#is_over = true
      this.#handler.onFault(fault)
    }
  }

  /** Nothing was sent, or sending it twice does what sending it once does. */
  #mayTryAgain(): boolean {
    if (this.#tried.length >= this.#pool.servers.length) return false
    const { body, method } = this.#request
    const is_fresh = body === undefined || Buffer.isBuffer(body)
    if (!this.#is_started) return is_fresh || !body.readableDidRead
    return is_fresh && idempotent.has(method)
  }

  #close(outcome: 'answered' | 'unknown'): void {
    this.#is_over = true
    this.#place?.[Symbol.dispose]()
    const server = this.#server
    this.#server = undefined
    if (server !== undefined) this.#pool.release(server, outcome)
  }

  pause(): void {
    this.#controller?.pause()
  }

  resume(): void {
    this.#controller?.resume()
  }

  abort(): void {
    if (this.#is_over) return
    this.#close('unknown')
    this.#controller?.abort(new Error('client gone'))
  }
}

/** undici hands out raw fields as buffers; a byte becomes a character. */
function flat(raw: unknown): string[] {
  if (!Array.isArray(raw)) return []
  const out = new Array<string>(raw.length)
  for (let i = 0; i < raw.length; i++) {
    const item: unknown = raw[i]
    out[i] = Buffer.isBuffer(item) ? item.toString('latin1') : String(item)
  }
  return out
}
