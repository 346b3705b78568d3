/**
 * CPU time of the engine alone, all five phases, on honest requests that differ from each other, and on an attack that
 * must be seen. Run: node src/parts/waf/waf.bench.ts [LOADS.json] [rule set]
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from '#base/schema.ts'
import { resolveRuleset } from '#parts/rulesets/resolve.ts'
import { compileRuleset, type Ruleset } from './ruleset.ts'
import type { Transaction } from './transaction.ts'

const shared = join(import.meta.dirname, '../../../../shared/corpus')
const Loads = z.record(
  z.string(),
  z.object({
    method: z.string(),
    uri: z.string(),
    headers: z.array(z.tuple([z.string(), z.string()])),
    body: z.string(),
  }),
)
type Load = z.infer<typeof Loads>[string]

function rulesetAt(paranoia_level: number, set: string): Ruleset {
  const resolved = resolveRuleset(set, {
    kept_dir: '',
    paranoia_level,
    inbound_threshold: 5,
    outbound_threshold: 4,
    files: [],
  })
  return compileRuleset(resolved.sources, resolved)
}

function run(ruleset: Ruleset, load: Load, at: number): Transaction {
  const transaction = ruleset.begin({
    request_id: `bench-${at}`,
    at_ms: 1_800_000_000_000 + at,
    client_address: '192.0.2.7',
    client_port: 40_000,
    server_address: '127.0.0.1',
    server_port: 80,
    method: load.method,
    uri: load.uri,
    http_version: '1.1',
    headers: load.headers,
  })
  transaction.requestHeaders()
  transaction.requestBody(load.body === '' ? undefined : load.body)
  transaction.responseHeaders({
    status: 200,
    http_version: '1.1',
    headers: [['Content-Type', 'image/png']],
  })
  transaction.responseBody(undefined)
  transaction.logging()
  return transaction
}

/** The same request with another session, page and name, so that no cache of whole values helps. */
function varied(load: Load, at: number): Load {
  const text = (value: string) =>
    value
      .replaceAll('8f14e45fceea167a5a36dedd4bea2543', at.toString(16).padStart(32, 'a'))
      .replaceAll('page=2', `page=${at}`)
      .replaceAll('Katherine', `Kath${at}`)
      .replaceAll('running', `running${at}`)
  return {
    ...load,
    uri: text(load.uri),
    body: text(load.body),
    headers: load.headers.map(([name, value]) => [name, text(value)] as [string, string]),
  }
}

/** The best and the mean of batches: on a busy machine the best tells what the engine costs, the mean what it got. */
function microsecondsOf(ruleset: Ruleset, load: Load): string {
  const batches = 20
  const size = 100
  const requests = Array.from({ length: batches * size }, (_, at) => varied(load, at))
  for (const [at, request] of requests.slice(0, 500).entries()) run(ruleset, request, at)
  const costs = Array.from({ length: batches }, (_, batch) => {
    const before = process.cpuUsage()
    for (let at = batch * size; at < (batch + 1) * size; at++) {
      const request = requests[at]
      if (request) run(ruleset, request, at)
    }
    const { user, system } = process.cpuUsage(before)
    return (user + system) / size
  })
  const mean = costs.reduce((sum, cost) => sum + cost, 0) / batches
  return `best ${Math.min(...costs).toFixed(0)} µs, mean ${mean.toFixed(0)} µs`
}

const loads = Loads.parse(
  JSON.parse(readFileSync(process.argv[2] ?? join(shared, 'loads.json'), 'utf8')),
)
const set = process.argv[3] ?? join(shared, 'crs')
for (const level of [1, 4]) {
  const ruleset = rulesetAt(level, set)
  for (const attack of ['sqli', 'xss']) {
    const load = loads[attack]
    if (load === undefined || run(ruleset, load, 0).intervention === undefined) {
      throw new Error(`The attack "${attack}" is not blocked: the figures would mean nothing`)
    }
  }
  for (const name of ['get', 'getq', 'form', 'json']) {
    const load = loads[name]
    if (load === undefined) throw new Error(`There is no load "${name}"`)
    console.log(`PL${level} ${name}: ${microsecondsOf(ruleset, load)}`)
  }
}
