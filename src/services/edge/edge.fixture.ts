/**
 * For tests: a real edge on loopback in front of a small real upstream, with rules of our own or
 * real ones.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '#base/clock.ts'
import { silentLog } from '#base/log.ts'
import { prometheusMetrics } from '#base/metrics.ts'
import type { World } from '#base/service.ts'
import type { Hit } from '#model/hit.ts'
import type { IntakeRecord } from '#model/intake.ts'
import type { RecordedRequest } from '#model/replay.ts'
import { openSpoolReader } from '#parts/spool/reader.ts'
import { compileRuleset, type Ruleset } from '#parts/waf/ruleset.ts'
import { policyOf } from './policy.fixture.ts'
import type { WorkerReport } from './report.ts'
import { type Edge, startEdge } from './service.ts'
import { EdgeSettings } from './settings.ts'

/** Rules that score like CRS does, few enough to read. */
export const smallRules = `
SecRuleEngine On
SecRequestBodyAccess On
SecRequestBodyLimit 1048576
SecRequestBodyNoFilesLimit 1048576
SecRequestBodyLimitAction Reject
SecResponseBodyAccess On
SecResponseBodyMimeType text/plain text/html application/json
SecResponseBodyLimit 1048576
SecResponseBodyLimitAction ProcessPartial
SecDefaultAction "phase:1,log,auditlog,pass"
SecDefaultAction "phase:2,log,auditlog,pass"
SecAction "id:900110,phase:1,pass,nolog,setvar:tx.inbound_anomaly_score_threshold=5,setvar:tx.inbound_anomaly_score_pl1=0,setvar:tx.blocking_inbound_anomaly_score=0"
SecRule REQUEST_HEADERS:Content-Type "@beginsWith application/json" "id:200001,phase:1,pass,nolog,ctl:requestBodyProcessor=JSON"
SecRule ARGS "@rx (?i)union\\s+select" "id:942100,phase:2,block,capture,t:none,t:urlDecodeUni,t:lowercase,msg:'SQL Injection',logdata:'Matched Data: %{TX.0} found within %{MATCHED_VAR_NAME}: %{MATCHED_VAR}',tag:'attack-sqli',tag:'paranoia-level/1',severity:'CRITICAL',setvar:'tx.inbound_anomaly_score_pl1=+5'"
SecRule REQUEST_URI|ARGS|REQUEST_HEADERS:User-Agent "@contains etc/passwd" "id:930120,phase:2,block,t:none,t:urlDecodeUni,msg:'OS File Access Attempt',tag:'attack-lfi',tag:'paranoia-level/1',severity:'CRITICAL',setvar:'tx.inbound_anomaly_score_pl1=+5'"
SecRule ARGS "@contains suspicious" "id:942200,phase:2,block,t:none,msg:'A little suspicious',tag:'attack-sqli',severity:'NOTICE',setvar:'tx.inbound_anomaly_score_pl1=+2'"
SecRule REQUEST_HEADERS:X-Drop "@streq yes" "id:1001,phase:1,drop,t:none,msg:'Dropped',tag:'attack-protocol'"
SecRule REQUEST_HEADERS:X-Redirect "@streq yes" "id:1002,phase:1,redirect:'https://elsewhere.example/',status:302,t:none,msg:'Redirected',tag:'attack-protocol'"
SecAction "id:949059,phase:2,pass,t:none,nolog,setvar:'tx.blocking_inbound_anomaly_score=+%{tx.inbound_anomaly_score_pl1}'"
SecRule TX:BLOCKING_INBOUND_ANOMALY_SCORE "@ge %{tx.inbound_anomaly_score_threshold}" "id:949110,phase:2,deny,t:none,status:403,msg:'Inbound Anomaly Score Exceeded (Total Score: %{TX.BLOCKING_INBOUND_ANOMALY_SCORE})',tag:'anomaly-evaluation'"
SecRule RESPONSE_BODY "@contains root:x:0:0" "id:953100,phase:4,deny,status:403,t:none,msg:'File content leaks',tag:'attack-disclosure',severity:'ERROR'"
`

export function testWorld(): World & { stopNow: () => void } {
  const stop = new AbortController()
  return {
    clock: systemClock,
    log: silentLog,
    metrics: prometheusMetrics(),
    stop: stop.signal,
    stopNow: () => stop.abort(),
  }
}

/** Rules that a test adds to `smallRules` count as well: the sum is looked at last. */
export function rulesFrom(text: string): Ruleset {
  const isEvaluation = (line: string): boolean =>
    /"id:949\d{3},/.test(line) || line.includes(' TX:BLOCKING')
  const lines = text.split('\n')
  const ordered = [...lines.filter((line) => !isEvaluation(line)), ...lines.filter(isEvaluation)]
  const source = { file: 'test.conf', text: ordered.join('\n') }
  return compileRuleset([source], { read_data: () => undefined })
}

export type TestEdge = AsyncDisposable & {
  readonly edge: Edge
  readonly port: number
  readonly ports: readonly number[]
  readonly url: string
  /** Hits in the spool so far. */
  hits(): Hit[]
  /** Requests kept for replay so far. */
  samples(): RecordedRequest[]
  /** Puts other sites in force. */
  swap(document: Record<string, unknown>): void
  report(): WorkerReport
}

export type TestEdgeOptions = {
  readonly upstreams: readonly (string | Record<string, unknown>)[]
  readonly site?: Record<string, unknown>
  readonly sites?: readonly Record<string, unknown>[]
  readonly settings?: Record<string, unknown>
  /** More of the policy: rate_limits, masks, block_pages. */
  readonly policy?: Record<string, unknown>
  readonly rules?: string
  readonly ruleset?: Ruleset
  readonly world?: World
  /** Without any policy. */
  readonly is_bare?: boolean
}

/** Settings as a file would have them: durations and sizes with units. */
export async function startTestEdge(options: TestEdgeOptions): Promise<TestEdge> {
  const dir = mkdtempSync(join(tmpdir(), 'edge-'))
  const settings = EdgeSettings.parse({
    listen: [{ address: '127.0.0.1:0' }],
    ...options.settings,
  })
  const upstreams = options.upstreams.map((u) => (typeof u === 'string' ? { url: u } : u))
  const sites = (options.sites ?? [{ name: 'test', hosts: ['*'], ...options.site }]).map(
    (site) => ({ upstreams, ...site }),
  )
  const ruleset = options.ruleset ?? rulesFrom(options.rules ?? smallRules)
  const edge = await startEdge(
    settings,
    {
      node: 'node-1',
      worker_id: 'w1',
      spool_dir: dir,
      policy: options.is_bare ? undefined : policyOf({ ...options.policy, sites }, ruleset),
      report: () => {},
      nudge: () => {},
    },
    options.world ?? testWorld(),
  )
  const port = edge.addresses[0]?.port ?? 0
  return {
    edge,
    port,
    ports: edge.addresses.map((a) => a.port),
    url: `http://127.0.0.1:${port}`,
    report: () => edge.report(),
    hits: () => recordsIn(dir).flatMap((record) => (record.kind === 'hit' ? [record.hit] : [])),
    samples: () =>
      recordsIn(dir).flatMap((record) => (record.kind === 'request' ? [record.recorded] : [])),
    swap(document) {
      edge.prepare(policyOf(document, ruleset))
      edge.activate()
    },
    async [Symbol.asyncDispose]() {
      await edge[Symbol.asyncDispose]()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

function recordsIn(dir: string): IntakeRecord[] {
  using reader = openSpoolReader(dir)
  const { records } = reader.read({ count: 10_000, bytes: 1e9 })
  return records.map((line) => JSON.parse(line) as IntakeRecord)
}

export type TestUpstream = AsyncDisposable & {
  readonly server: Server
  readonly url: string
  readonly port: number
  /** Requests so far. */
  readonly seen: { method: string; url: string; headers: string[]; body: string }[]
}

/** An upstream that answers `answer` (or what it got, as JSON) and remembers what it saw. */
export async function startUpstream(answer?: RequestListener): Promise<TestUpstream> {
  const seen: TestUpstream['seen'] = []
  const server = createServer((request, response) => {
    const entry = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.rawHeaders,
      body: '',
    }
    seen.push(entry)
    if (answer !== undefined) {
      answer(request, response)
      return
    }
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      entry.body = Buffer.concat(chunks).toString('latin1')
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(entry))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    server,
    port,
    url: `http://127.0.0.1:${port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/**
 * Sends bytes and gives back all that comes until the other side closes (or `quiet_ms` without a
 * byte after some came).
 */
export function rawExchange(port: number, bytes: string, quiet_ms = 3000): Promise<string> {
  return new Promise((resolve, reject) => {
    let out = ''
    let timer: NodeJS.Timeout | undefined
    const socket: Socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'))
    const finish = (): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(out)
    }
    const wait = (): void => {
      clearTimeout(timer)
      timer = setTimeout(finish, quiet_ms)
    }
    wait()
    socket.on('data', (chunk: Buffer) => {
      out += chunk.toString('latin1')
      wait()
    })
    socket.on('end', finish)
    socket.on('close', finish)
    socket.on('error', (error) => {
      if (out === '') reject(error)
      finish()
    })
  })
}
