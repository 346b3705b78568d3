/** A thousand slow clients at once, in the header and in the body: honest requests are answered, memory stays flat. */
import assert from 'node:assert/strict'
import { createConnection, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { honestRequestsWereAnswered, noRequestWasLost } from '../invariants.ts'
import type { Scenario } from '../scenario.ts'
import { traffic } from '../traffic.ts'
import type { LabWorld } from '../world.ts'

const slow_clients = 1000

export const slowClients: Scenario = {
  name: 'slow-clients',
  async prepare() {
    const edge = '  timeouts: { header: 6s, body: 6s }\n  limits: { connections_per_client: 2000 }'
    return { options: { edge }, async [Symbol.asyncDispose]() {} }
  },
  async run(world) {
    await world.start()
    // What a warm worker needs anyway is not counted against slow clients.
    const warm = traffic({ port: world.port, clients: 4, attack_every: 0, pause_ms: 2 })
    await delay(4000)
    honestRequestsWereAnswered(await warm.stop())
    await delay(1500)
    const quiet = await rss(world)
    assert.ok(quiet > 0, 'no worker has reported')
    const sockets = Array.from({ length: slow_clients }, (_, i) =>
      slowClient(world.port, i % 2 === 0),
    )
    const dripping = setInterval(() => {
      for (const socket of sockets) if (socket.writable) socket.write('a')
    }, 1000)
    await delay(1000)
    const load = traffic({ port: world.port, clients: 4, attack_every: 0, pause_ms: 5 })
    await delay(5000)
    const busy = await rss(world)
    await delay(9000)
    clearInterval(dripping)
    const outcomes = await load.stop()
    const still_open = sockets.filter((s) => !s.destroyed).length
    for (const socket of sockets) socket.destroy()
    noRequestWasLost(outcomes)
    honestRequestsWereAnswered(outcomes)
    assert.ok(
      still_open <= slow_clients / 2,
      `${still_open} of ${slow_clients} slow clients still hold a connection`,
    )
    const growth_mb = Math.round((busy - quiet) / 1e6)
    assert.ok(growth_mb < 80, `memory grew by ${growth_mb} MB`)
    const slowest = Math.max(...outcomes.map((o) => o.took_ms))
    return {
      requests: outcomes.length,
      growth_mb_max: growth_mb,
      slowest_ms_max: Math.round(slowest),
    }
  },
}

function slowClient(port: number, in_header: boolean): Socket {
  const socket = createConnection({ port, host: '127.0.0.1' })
  socket.on('error', () => {})
  socket.resume()
  const head = 'POST /slow HTTP/1.1\r\nHost: lab.example\r\nUser-Agent: slow/1\r\nAccept: */*\r\n'
  const form = 'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000000\r\n\r\n'
  socket.write(in_header ? `${head}X-Slow: ` : `${head}${form}a=`)
  return socket
}

async function rss(world: LabWorld): Promise<number> {
  const { workers } = await world.status()
  return workers.reduce((sum, w) => sum + w.rss_bytes, 0)
}
