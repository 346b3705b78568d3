/**
 * Hostile values: for each expression of the rule set, strings that pump each of its loops up to 8 KB, sent as an
 * argument of a whole request at paranoia level 4. What counts is the worst.
 */
import { join } from 'node:path'
import { resolveRuleset } from '../src/parts/rulesets/resolve.ts'
import { pumpStrings } from '../src/parts/waf/regex/pump.ts'
import { compileRegex } from '../src/parts/waf/regex.ts'
import { compileRuleset } from '../src/parts/waf/ruleset.ts'
import { crsDir } from './loads.ts'

export type Hostile = {
  readonly rule: string
  readonly cpu_ms: number
  readonly place: 'query' | 'form' | 'header'
  readonly sample: string
}

const size = 8192

/** All of them, worst first. */
export function hostileValues(): {
  readonly expressions: number
  readonly requests: number
  readonly worst: Hostile[]
} {
  const { sources, read_data } = resolveRuleset(crsDir(), {
    kept_dir: join(import.meta.dirname, '../.state'),
    paranoia_level: 4,
    inbound_threshold: 5,
    outbound_threshold: 4,
    files: [],
  })
  const ruleset = compileRuleset(sources, { read_data })
  const expressions = new Set<string>()
  for (const { text } of sources) {
    for (const match of text.matchAll(/"!?@rx ((?:[^"\\]|\\.)*)"/g))
      expressions.add((match[1] ?? '').replaceAll('\\"', '"'))
  }
  const found: Hostile[] = []
  const costOf = (place: Hostile['place'], value: string): number => {
    const escaped = [...value]
      .map((c) => (/[\w.-]/.test(c) ? c : `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`))
      .join('')
    const is_form = place === 'form'
    const headers: [string, string][] = [
      ['Host', 'a.example'],
      ['User-Agent', 'x'],
      ['Accept', '*/*'],
    ]
    if (place === 'header') headers.push(['X-Hostile', value.replaceAll(/[\r\n\0]/g, ' ')])
    if (is_form)
      headers.push(
        ['Content-Type', 'application/x-www-form-urlencoded'],
        ['Content-Length', String(escaped.length + 2)],
      )
    const before = process.cpuUsage()
    const transaction = ruleset.begin({
      request_id: 'bench',
      at_ms: 0,
      client_address: '127.0.0.1',
      client_port: 1,
      server_address: '127.0.0.1',
      server_port: 80,
      method: is_form ? 'POST' : 'GET',
      uri: place === 'query' ? `/?a=${escaped}` : '/',
      http_version: '1.1',
      headers,
      rule_engine: 'DetectionOnly',
    })
    transaction.requestHeaders()
    transaction.requestBody(is_form ? `a=${escaped}` : undefined)
    transaction.logging()
    const used = process.cpuUsage(before)
    return (used.user + used.system) / 1000
  }
  for (let i = 0; i < 200; i++) costOf('query', `warm ${i} up`)
  for (const rule of expressions) {
    const options = { dot_all: true, multiline: true }
    compileRegex(rule, options)
    for (const sample of pumpStrings(rule, options, size)) {
      for (const place of ['query', 'form', 'header'] as const)
        found.push({ rule, place, sample, cpu_ms: costOf(place, sample) })
    }
  }
  const worst = found.toSorted((a, b) => b.cpu_ms - a.cpu_ms)
  return { expressions: expressions.size, requests: found.length, worst }
}
