/** A week of a small company's gateway, the same at each run but for the time it ends. */
import { randomUUID } from 'node:crypto'
import { uuidv7 } from '#base/id.ts'
import type { Hit, MatchRecord, RequestRecord, Span } from '#model/hit.ts'
import type { IntakeRecord } from '#model/intake.ts'
import type { NodeStatus } from '#model/node.ts'
import type { TrafficSample } from '#model/traffic.ts'
import { type AttackSample, attackSamples, clients } from './attacks.data.ts'

const minute = 60_000
const hour = 60 * minute
const node = 'gw-a'

/** Numbers that look random and are the same every time. */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

/** One hit of a sample. */
export function hitOf(sample: AttackSample, at_ms: number, client: string): Hit {
  const is_monitored = sample.site === 'intranet'
  const { request, target } = requestOf(sample)
  const matches = sample.rules.map((_, i) => matchOf(sample, i))
  return {
    id: uuidv7(at_ms),
    request_id: uuidv7(at_ms),
    at: new Date(at_ms).toISOString(),
    node,
    site: sample.site,
    client,
    attack_type: sample.type,
    rule_ids: sample.rules.map((rule) => rule.id),
    parameter: sample.parameter,
    target,
    value: matches[0]?.value ?? sample.raw,
    decoded_by: sample.steps.map(([name]) => name),
    score: matches.reduce((sum, match) => sum + match.score, 0),
    action: is_monitored ? 'monitored' : 'blocked',
    status: is_monitored ? 200 : 403,
    reason: `${sample.rules[0]?.message} in ${sample.parameter}; the score of ${matches.reduce((sum, m) => sum + m.score, 0)} reached the limit of 5`,
    bundle: '5f2c9a1e7b30',
    rule_set: 'crs-4.28.0',
    matches,
    request,
  }
}

function matchOf(sample: AttackSample, index: number): MatchRecord {
  const rule = sample.rules[index]
  if (!rule) throw new Error(`no rule ${index}`)
  const value = sample.steps.at(-1)?.[1] ?? sample.raw
  const start = value.indexOf(sample.hit)
  const level = Number(/\d+$/.exec(rule.tags.at(-1) ?? '')?.[0] ?? 1)
  return {
    rule_id: rule.id,
    message: rule.message,
    data: `Found ${sample.hit} within ${sample.parameter}`,
    severity: rule.severity,
    tags: [...rule.tags],
    file: rule.file,
    line: rule.line,
    operator: rule.operator,
    score: rule.score,
    paranoia_level: level,
    phase: sample.is_in_body ? 2 : 1,
    variable: sample.parameter,
    raw_value: sample.raw,
    value,
    steps: sample.steps.map(([transformation, text]) => ({ transformation, value: text })),
    highlight_start: start,
    highlight_end: start < 0 ? -1 : start + sample.hit.length,
  }
}

function requestOf(sample: AttackSample): { request: RequestRecord; target: string } {
  const { parameter, raw, host, path, method } = sample
  const name = parameter.slice(parameter.indexOf(':') + 1)
  const is_header = parameter.startsWith('REQUEST_HEADERS')
  const is_json = name.startsWith('json.')
  const field = is_json ? `{"${name.slice(5)}": "` : `${name}=`
  const body = sample.is_in_body ? `${field}${raw}${is_json ? '", "count": 1}' : '&send=1'}` : ''
  const uri = is_header || sample.is_in_body ? path : `${path}?page=2&${field}${raw}`
  const headers: [string, string][] = [
    ['Host', host],
    ['User-Agent', 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0'],
    ['Accept', '*/*'],
    ['Cookie', 'session=********************************'],
    ['Authorization', 'Bearer **************************'],
  ]
  if (is_header) {
    const known = headers.find(([header]) => header === name)
    if (known) known[1] = raw
    else headers.push([name, raw])
  }
  if (body !== '') {
    const type = is_json ? 'application/json' : 'application/x-www-form-urlencoded'
    headers.push(['Content-Type', type], ['Content-Length', String(body.length)])
  }
  const index = is_header ? headers.findIndex(([header]) => header === name) : 0
  const part: Span['part'] = is_header ? 'header' : sample.is_in_body ? 'body' : 'uri'
  const text = part === 'header' ? (headers[index]?.[1] ?? '') : part === 'body' ? body : uri
  const start = text.indexOf(raw)
  return {
    request: {
      method,
      uri,
      http_version: '1.1',
      headers,
      body,
      body_bytes: body.length,
      is_cut: false,
      spans: [{ part, index, start, end: start + raw.length }],
    },
    target: `${host}${path}`,
  }
}

/** Attacks in bursts over a week, more of them lately; the newest a minute ago. */
export function weekOfHits(now_ms: number): IntakeRecord[] {
  const roll = dice(7)
  const hits: Hit[] = []
  for (let back_ms = minute; back_ms < 7 * 24 * hour; back_ms += pauseMs(back_ms, roll())) {
    const sample = attackSamples[Math.floor(roll() ** 1.7 * attackSamples.length)]
    const client = clients[Math.floor(roll() ** 2 * clients.length)]
    if (!sample || !client) continue
    const burst = 1 + Math.floor(roll() ** 4 * 30)
    for (let i = 0; i < burst; i++) hits.push(hitOf(sample, now_ms - back_ms - i * 4000, client))
  }
  return hits.reverse().map((hit) => ({ kind: 'hit', hit }))
}

function pauseMs(back_ms: number, roll: number): number {
  const least = back_ms < hour ? 1 : 8
  return Math.round((least + roll * least * 8) * minute)
}

/** Sites and their requests a second. */
const sites = [
  ['shop', 30],
  ['blog', 11],
  ['intranet', 3],
] as const

/** Traffic with days, nights and a wave of attacks: fine for the last hours, coarser before. */
export function weekOfTraffic(now_ms: number): IntakeRecord[] {
  const roll = dice(11)
  const samples: TrafficSample[] = []
  const add = (from_ms: number, to_ms: number, step_ms: number) => {
    for (let at = now_ms - from_ms; at < now_ms - to_ms; at += step_ms) {
      for (const [site, weight] of sites) {
        samples.push(sampleOf(site, at, (weight * step_ms) / 1000, roll))
      }
    }
  }
  add(7 * 24 * hour, 26 * hour, 5 * minute)
  add(26 * hour, 65 * minute, minute)
  add(65 * minute, 0, 10_000)
  return samples.map((traffic) => ({ kind: 'traffic', traffic }))
}

function sampleOf(site: string, at_ms: number, mean: number, roll: () => number): TrafficSample {
  const day = 0.75 + 0.45 * Math.sin((at_ms / (24 * hour)) * 2 * Math.PI - 2)
  const wave = Math.max(0, Math.sin(at_ms / (19 * minute))) ** 6
  const requests = Math.round(mean * day * (0.85 + roll() * 0.3))
  const attacks = Math.round(requests * (0.012 + 0.16 * wave) * (0.5 + roll()))
  const blocked = site === 'intranet' ? 0 : attacks
  const spread = [0.05, 0.34, 0.4, 0.14, 0.05, 0.012, 0.005, 0.002, 0.001, 0]
  const buckets = spread.map((part) => Math.round(requests * part * (0.7 + roll() * 0.6)))
  return {
    id: uuidv7(at_ms),
    at: new Date(at_ms).toISOString(),
    node,
    site,
    requests,
    attacks,
    blocked,
    abnormal: roll() < 0.05 ? 1 : 0,
    faults: 0,
    upstream_errors: roll() < 0.004 ? 1 : 0,
    bytes_in: requests * 700,
    bytes_out: requests * 14_000,
    inspect_us_sum: requests * 450,
    inspect_us_buckets: buckets,
  }
}

/** What a node counts in two seconds. */
export function nextTraffic(now_ms: number): IntakeRecord[] {
  return sites.map(([site, weight]) => ({
    kind: 'traffic',
    traffic: sampleOf(site, now_ms, weight * 2, Math.random),
  }))
}

/** The node as it tells of itself now. */
export function nodeStatus(now_ms: number): NodeStatus {
  const at = new Date(now_ms).toISOString()
  return {
    node,
    version: '0.1.0',
    startid: randomUUID(),
    timestamp: at,
    started_at: new Date(now_ms - 50 * hour).toISOString(),
    requests: 4_812_330,
    attacks: 91_204,
    blocked: 90_118,
    abnormal: 812,
    faults: 0,
    overlimits_time: 0,
    deferred: 0,
    lost: 0,
    time_detect: 2165,
    bytes_in: 3_368_631_000,
    bytes_out: 67_372_620_000,
    upstream_errors: 96,
    bundle: '5f2c9a1e7b30',
    below_threshold: 0,
    revision: 1,
    lists_revision: 0,
    agent: null,
    delivery_trouble: null,
    last_reload: null,
    rule_set: 'crs-4.28.0',
    rules: 621,
    bundle_applied_at: new Date(now_ms - 50 * hour).toISOString(),
    workers: [
      {
        pid: 4711,
        index: 0,
        state: 'ready',
        rss_bytes: 161e6,
        restarts: 0,
        bundle: '5f2c9a1e7b30',
      },
    ],
    upstreams: [
      { site: 'shop', url: 'http://10.0.0.21:3000', is_up: true, is_backup: false, fails: 0 },
      { site: 'shop', url: 'http://10.0.0.22:3000', is_up: false, is_backup: false, fails: 3 },
      { site: 'shop', url: 'http://10.0.0.29:3000', is_up: true, is_backup: true, fails: 0 },
      { site: 'blog', url: 'http://10.0.0.31:8080', is_up: true, is_backup: false, fails: 0 },
      { site: 'intranet', url: 'https://10.0.0.41', is_up: true, is_backup: false, fails: 0 },
    ],
    split: [],
  }
}
