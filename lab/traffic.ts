/** Clients of the lab: honest requests and attacks over kept connections, each with its outcome written down. */
import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

export type Outcome = {
  readonly kind: 'honest' | 'attack'
  /** undefined when the connection broke. */
  readonly status: number | undefined
  readonly request_id: string | undefined
  readonly took_ms: number
  readonly error?: string
}

export type Traffic = {
  readonly outcomes: Outcome[]
  /** Finishes what is under way and resolves. */
  stop(): Promise<readonly Outcome[]>
}

export type TrafficOptions = {
  readonly port: number
  readonly clients: number
  /** One request in so many is an attack; 0: none. */
  readonly attack_every: number
  /** Pause between the requests of a client. */
  readonly pause_ms?: number
}

/** Starts clients that send one request after the other until stopped. */
export function traffic(options: TrafficOptions): Traffic {
  const outcomes: Outcome[] = []
  let is_over = false
  const agent = new Agent({ keepAlive: true, maxSockets: options.clients })
  const client = async (index: number): Promise<void> => {
    for (let n = 0; !is_over; n++) {
      const is_attack = options.attack_every > 0 && (n + index) % options.attack_every === 0
      outcomes.push(await once(agent, options.port, is_attack, `${index}-${n}`))
      const last = outcomes.at(-1)
      await delay(last?.status === undefined ? 20 : (options.pause_ms ?? 1))
    }
  }
  const running = Array.from({ length: options.clients }, (_, index) => client(index))
  return {
    outcomes,
    async stop() {
      is_over = true
      await Promise.all(running)
      agent.destroy()
      return outcomes
    },
  }
}

function once(agent: Agent, port: number, is_attack: boolean, mark: string): Promise<Outcome> {
  const start = performance.now()
  const kind = is_attack ? 'attack' : 'honest'
  const path = is_attack ? `/item/${mark}?file=../../../../etc/passwd` : `/item/${mark}?page=2`
  return new Promise((resolve) => {
    const end = (status: number | undefined, request_id: string | undefined, error?: string) =>
      resolve({
        kind,
        status,
        request_id,
        took_ms: performance.now() - start,
        ...(error && { error }),
      })
    const headers = { host: 'lab.example', 'user-agent': 'lab/1', accept: '*/*' }
    const sent = request({ host: '127.0.0.1', port, path, agent, headers, timeout: 30_000 })
    sent.once('response', (answer) => {
      answer.resume()
      answer.once('end', () => end(answer.statusCode, String(answer.headers['x-request-id'])))
      answer.once('error', (error) => end(undefined, undefined, error.message))
    })
    sent.once('timeout', () => sent.destroy(new Error('timeout')))
    sent.once('error', (error) => end(undefined, undefined, error.message))
    sent.end()
  })
}
