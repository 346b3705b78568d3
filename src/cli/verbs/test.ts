/** `gatehouse test attack`: an honest request and an attack through the running edge, and the record on its way. */
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Command } from 'commander'
import { systemClock } from '#base/clock.ts'
import { Fault } from '#base/fault.ts'
import type { Hit } from '#model/hit.ts'
import { Exit, exit } from '../exit.ts'
import { cliFaults } from '../faults.ts'
import { type GlobalOptions, settingsOf, withApi } from '../local.ts'
import type { Output } from '../output.ts'
import type { Settings } from '../settings.ts'

/** One station of the request or its record. */
type Hop = {
  readonly hop: string
  readonly ok: boolean
  readonly took_ms: number
  readonly detail: string
}

/** The record must be in the API within this time. */
const record_within_ms = 20_000

export function test(program: Command, output: Output): void {
  program
    .command('test')
    .description('send test traffic through the running Gatehouse')
    .command('attack')
    .description(
      'send an honest and an attack request, and follow the record to the console, hop by hop',
    )
    .option('--site <name>', 'which site (default: the first)')
    .addHelpText(
      'after',
      '\nExamples:\n  gatehouse test attack\n  gatehouse test attack --site shop --json',
    )
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { site?: string }>()
      const { file, settings } = settingsOf(command)
      const { sitesInForce } = await import('../policy.ts')
      const sites = sitesInForce(settings)
      const site = options.site ? sites.find((s) => s.name === options.site) : sites[0]
      if (!site) throw cliFaults.no_site({ file })
      const hops = await follow(settings, site)
      const ok = hops.every((hop) => hop.ok)
      if (options.json) output.json({ ok, site: site.name, hops })
      else {
        const { green, red } = output.colors
        for (const { ok, hop, took_ms, detail } of hops) {
          output.line(
            `${ok ? green('ok  ') : red('FAIL')}  ${hop.padEnd(16)} ${took_ms.toFixed(1).padStart(8)} ms  ${detail}`,
          )
        }
      }
      if (!ok) throw new Exit(exit.failed)
    })
}

async function follow(settings: Settings, site: Settings['sites'][number]): Promise<Hop[]> {
  const host = (site.hosts[0] ?? '*').replace(/^\*\.?/, (star) =>
    star === '*' ? 'test.example' : 'test.',
  )
  const base = site.path.endsWith('/') ? site.path : `${site.path}/`
  const honest = await send(settings, host, base)
  const attack = await send(settings, host, `${base}etc/passwd`)
  const blocks = site.mode === 'block'
  const hops: Hop[] = [
    {
      hop: 'honest request',
      ok: honest.status < 500 && honest.status !== site.block_status,
      took_ms: honest.took_ms,
      detail: `GET ${base} answered ${honest.status}`,
    },
    {
      hop: 'attack',
      ok: !blocks || attack.status === site.block_status,
      took_ms: attack.took_ms,
      detail: `GET ${base}etc/passwd answered ${attack.status}, request id ${attack.request_id}`,
    },
  ]
  if (site.mode === 'off') return hops
  const hit = await waitForRecord(settings, attack.request_id)
  const took_ms = systemClock.elapsed() - attack.sent_at
  if (!hit) {
    const detail = `no record within ${record_within_ms / 1000} s: is the database there? See gatehouse status`
    return [...hops, { hop: 'record', ok: false, took_ms, detail }]
  }
  const detected_ms = Math.max(0, Date.parse(hit.at) - attack.sent_wall)
  return [
    ...hops,
    { hop: 'detected', ok: true, took_ms: detected_ms, detail: `${hit.action}: ${hit.reason}` },
    {
      hop: 'in the console',
      ok: true,
      took_ms,
      detail: `attack type ${hit.attack_type}, rules ${hit.rule_ids.join(', ')}`,
    },
  ]
}

/** Asks again until the record is there; an API that is still starting is waited for too. */
async function waitForRecord(settings: Settings, request_id: string): Promise<Hit | undefined> {
  const end = systemClock.elapsed() + record_within_ms
  const params = { request_id }
  for (;;) {
    try {
      const answer = await withApi(settings, (api) =>
        api.call('GET /api/v1/requests/{request_id}', { params }),
      )
      if (answer.hits[0]) return answer.hits[0]
    } catch (error) {
      const is_passing =
        error instanceof Fault && /^cli\.not_running$|not_found|unavailable/.test(error.code)
      if (!is_passing) throw error
      if (error.code === 'cli.not_running' && systemClock.elapsed() >= end) throw error
    }
    if (systemClock.elapsed() >= end) return undefined
    await systemClock.sleep(25)
  }
}

type Sent = {
  readonly status: number
  readonly request_id: string
  readonly took_ms: number
  readonly sent_at: number
  readonly sent_wall: number
}

/** Through the first listener, as a browser would: the listener's address may be a wildcard, so over loopback. */
function send(settings: Settings, host: string, path: string): Promise<Sent> {
  const listener = settings.edge.listen.find((l) => !l.proxy_protocol) ?? settings.edge.listen[0]
  const colon = listener?.address.lastIndexOf(':') ?? 0
  const name = listener?.address.slice(0, colon).replace(/^\[|\]$/g, '') ?? ''
  const address = name === '*' || name === '0.0.0.0' || name === '::' ? '127.0.0.1' : name
  const port = Number(listener?.address.slice(colon + 1))
  const sent_at = systemClock.elapsed()
  const sent_wall = systemClock.now()
  const headers = {
    host,
    'user-agent': 'gatehouse-test/1',
    accept: 'text/html,*/*',
    connection: 'close',
  }
  const options = { host: address, port, path, headers, timeout: 10_000 }
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) =>
      reject(
        cliFaults.not_running({ why: `the edge on ${address}:${port} does not answer` }, { cause }),
      )
    const request = listener?.tls
      ? httpsRequest({ ...options, servername: host, rejectUnauthorized: false })
      : httpRequest(options)
    request.once('response', (answer) => {
      answer.resume()
      const request_id = String(answer.headers['x-request-id'] ?? '')
      const took_ms = systemClock.elapsed() - sent_at
      answer.once('end', () =>
        resolve({ status: answer.statusCode ?? 0, request_id, took_ms, sent_at, sent_wall }),
      )
    })
    request.once('timeout', () => request.destroy(new Error('no answer within 10 seconds')))
    request.once('error', fail)
    request.end()
  })
}
