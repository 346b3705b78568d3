/** Twenty commits under load of wrk: no request fails, and the slowest requests are not twice as slow. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { type ClusterScenario, demandBar } from '../scenario.ts'
import { type ClusterWorld, withProbe } from '../world.ts'

/** Long enough for twenty commits, one after the other. */
const seconds = 40
const ratio_bar = 2

export const load: ClusterScenario = {
  name: 'load',
  async run(world) {
    await wrk(world, 5)
    const quiet = await wrk(world, seconds)
    const busy = wrk(world, seconds)
    const start = performance.now()
    let commits = 0
    for (; commits < 20; commits++) {
      await world.commit(`under load ${commits}`, (policy) => withProbe(policy, `load-${commits}`))
      await world.inSync()
      await delay(
        Math.max(0, start + ((commits + 1) * (seconds - 2) * 1000) / 20 - performance.now()),
      )
    }
    const within_s = (performance.now() - start) / 1000
    const loaded = await busy
    assert.ok(within_s < seconds, `twenty commits took ${within_s} s, longer than the load`)
    assert.equal(quiet.failed + loaded.failed, 0, 'requests failed')
    const ratio = loaded.p99_ms / quiet.p99_ms
    demandBar('p99 during commits by p99 without', ratio, ratio_bar)
    return {
      commits,
      requests: quiet.requests + loaded.requests,
      failed: 0,
      p99_quiet_ms: quiet.p99_ms,
      p99_commits_ms: loaded.p99_ms,
      p99_ratio: ratio.toFixed(2),
    }
  },
}

type Load = { readonly requests: number; readonly failed: number; readonly p99_ms: number }

/** Keeps a moderate load on all three nodes; p99 is the worst of the three. */
async function wrk(world: ClusterWorld, duration_s: number): Promise<Load> {
  const loads = await Promise.all(world.all.map((node) => wrkOne(node.address, duration_s)))
  return {
    requests: loads.reduce((sum, one) => sum + one.requests, 0),
    failed: loads.reduce((sum, one) => sum + one.failed, 0),
    p99_ms: Math.max(...loads.map((one) => one.p99_ms)),
  }
}

function wrkOne(address: string, duration_s: number): Promise<Load> {
  const args = ['-t1', '-c4', `-d${duration_s}s`, '--latency', `http://${address}/item?page=2`]
  return new Promise((resolve, reject) => {
    execFile('wrk', args, (error, text) => {
      if (error) return reject(error)
      const requests = Number(/(\d+) requests in/.exec(text)?.[1])
      const p99 = /99%\s+([\d.]+)(us|ms|s)/.exec(text)
      const unit = { us: 0.001, ms: 1, s: 1000 }[p99?.[2] ?? ''] ?? Number.NaN
      const sockets = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(
        text,
      )
      const refused = Number(/Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? 0)
      const failed = refused + (sockets?.slice(1).reduce((sum, n) => sum + Number(n), 0) ?? 0)
      const p99_ms = Number(p99?.[1]) * unit
      if (!(requests > 0) || Number.isNaN(p99_ms)) return reject(new Error(`wrk said: ${text}`))
      resolve({ requests, failed, p99_ms })
    })
  })
}
