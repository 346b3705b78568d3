/** Hits, samples and a world for tests and benchmarks of the records. */
import { randomBytes } from 'node:crypto'
import { systemClock } from '#base/clock.ts'
import { uuidv7 } from '#base/id.ts'
import { silentLog } from '#base/log.ts'
import { prometheusMetrics } from '#base/metrics.ts'
import type { World } from '#base/service.ts'
import type { Hit } from '#model/hit.ts'
import type { TrafficSample } from '#model/traffic.ts'
import type { Database } from './database.ts'

export function testWorld(): World {
  return {
    clock: systemClock,
    log: silentLog,
    metrics: prometheusMetrics(),
    stop: new AbortController().signal,
  }
}

/** The same database without forcing to disk, which takes most of the time of a test that does not look for it. */
export function unforced(db: Database): Database {
  return { ...db, durable: () => Promise.resolve() }
}

/** Noon of a day; tests count minutes from here. */
export const noon_ms = Date.parse('2026-11-20T12:00:00.000Z')

/** `minutes` after noon, in ISO. */
export function noonPlus(minutes: number): string {
  return new Date(noon_ms + minutes * 60_000).toISOString()
}

export function hitAt(at: string, words: Partial<Hit> = {}): Hit {
  return {
    id: uuidv7(Date.parse(at)),
    request_id: uuidv7(Date.parse(at)),
    at,
    node: 'n1',
    site: 'shop',
    client: '203.0.113.9',
    attack_type: 'sqli',
    rule_ids: [942100],
    parameter: 'ARGS:id',
    target: 'shop.example/cart',
    value: "1' or '1'='1",
    decoded_by: ['urlDecodeUni'],
    score: 5,
    action: 'blocked',
    status: 403,
    reason: 'SQL injection in ARGS:id',
    bundle: 'b1',
    rule_set: 'crs 4.28',
    matches: [match],
    request: {
      method: 'GET',
      uri: '/cart?id=1%27%20or%20%271%27%3D%271',
      http_version: '1.1',
      headers: [['host', 'shop.example']],
      body: '',
      body_bytes: 0,
      is_cut: false,
      spans: [{ part: 'uri', index: 0, start: 9, end: 34 }],
    },
    ...words,
  }
}

const match: Hit['matches'][number] = {
  rule_id: 942100,
  message: 'SQL Injection Attack Detected via libinjection',
  data: "Matched Data: s&sos found within ARGS:id: 1' or '1'='1",
  severity: 'CRITICAL',
  tags: ['attack-sqli'],
  file: 'REQUEST-942-APPLICATION-ATTACK-SQLI.conf',
  line: 45,
  operator: '@detectSQLi',
  score: 5,
  paranoia_level: 1,
  phase: 2,
  variable: 'ARGS:id',
  raw_value: "1' or '1'='1",
  value: "1' or '1'='1",
  steps: [],
  highlight_start: 0,
  highlight_end: 12,
}

export function sampleAt(at: string, words: Partial<TrafficSample> = {}): TrafficSample {
  return {
    id: uuidv7(Date.parse(at)),
    at,
    node: 'n1',
    site: 'shop',
    requests: 10,
    attacks: 3,
    blocked: 2,
    abnormal: 1,
    faults: 0,
    upstream_errors: 0,
    bytes_in: 1_000,
    bytes_out: 20_000,
    inspect_us_sum: 2_000,
    inspect_us_buckets: [5, 5, 0, 0, 0, 0, 0, 0, 0, 0],
    ...words,
  }
}

/** A flood as a scanner makes it: many payloads on some pages, from a few addresses, a second apart in all. */
export function floodOfHits(count: number): Hit[] {
  const pages = Array.from({ length: 200 }, (_, i) => `shop.example/page/${i}`)
  const types = ['sqli', 'xss', 'rce', 'ptrav'] as const
  return Array.from({ length: count }, (_, i) =>
    hitAt(new Date(noon_ms + i * 50).toISOString(), {
      attack_type: types[i % types.length] ?? 'other',
      target: pages[i % pages.length] ?? '',
      client: `198.51.100.${i % 250}`,
      value: randomBytes(40).toString('base64'),
    }),
  )
}
