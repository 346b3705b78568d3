/** How long a commit, a replay and a fix take with the distribution's rule set. Run: node src/services/policy/publish/publish.bench.ts */

import { uuidv7 } from '#base/id.ts'
import { recorded, site as siteOf } from '#parts/enforcement/enforcement.support.ts'
import { storeRecords } from '#parts/records/hits.ts'
import { insertRecorded } from '#parts/records/recorded-requests.ts'
import { hitAt } from '#parts/records/records.support.ts'
import { testPolicy } from '../policy.support.ts'

await using site = await testPolicy()
const socketPath = site.socket_path
const requests_count = 2_000

async function call(key: string, json?: unknown): Promise<Record<string, unknown>> {
  const asked = await site.ask(key, { socketPath, ...(json === undefined ? {} : { json }) })
  if (asked.status >= 300) throw new Error(asked.text)
  return asked.json as Record<string, unknown>
}

async function timed<T>(work: () => Promise<T>): Promise<[ms: number, result: T]> {
  const started_ms = performance.now()
  const result = await work()
  return [performance.now() - started_ms, result]
}

const tell = (name: string, text: string) => console.log(`  ${name.padEnd(44)} ${text}`)
const apply = (document: unknown) => call('POST /api/v1/policy/apply', { document })

const [first_ms] = await timed(() => apply({ sites: [siteOf('shop')] }))
tell('first commit, cold', `${first_ms.toFixed(0)} ms`)
const times: number[] = []
for (let i = 0; i < 20; i++) {
  const exceptions = [{ name: 'e', path: `/p${i}`, parameter: 'ARGS:a', rules: [942100] }]
  const [ms] = await timed(() => apply({ sites: [siteOf('shop')], exceptions }))
  times.push(ms)
}
times.sort((a, b) => a - b)
tell('commit, warm (20)', `median ${times[10]?.toFixed(0)} ms, worst ${times[19]?.toFixed(0)} ms`)

const now_ms = Date.now()
const at = new Date(now_ms - 60_000).toISOString()
const batch = Array.from({ length: requests_count }, (_, i) => ({
  ...recorded(`/search?q=${i % 5 === 0 ? 'it%27s%20or%20not%201%3D1' : 'chairs'}&page=${i}`),
  id: uuidv7(now_ms),
  at,
}))
await insertRecorded(site.database, batch)
const [match] = hitAt(at).matches
const uri = '/post?content=1%27%20or%20%271%27%3D%271'
const hits = Array.from({ length: 200 }, (_, i) =>
  hitAt(at, {
    client: `198.51.100.${i}`,
    parameter: 'ARGS:content',
    matches: match ? [{ ...match, variable: 'ARGS:content' }] : [],
    request: recorded(uri).request,
  }),
)
await storeRecords(
  site.database,
  hits.map((hit) => ({ kind: 'hit', hit })),
  { gap_ms: 1_000 },
)
const { id } = await call('POST /api/v1/drafts', {
  name: 'strict',
  document: { sites: [siteOf('shop')], rules: { paranoia_level: 2 } },
})
const [replay_ms, result] = await timed(() => call(`POST /api/v1/drafts/${id}/replay`, {}))
const { requests, newly_blocked } = result
tell(`replay of ${requests} requests`, `${replay_ms.toFixed(0)} ms, ${newly_blocked} newly blocked`)
const replaying = call(`POST /api/v1/drafts/${id}/replay`, {})
const meanwhile: number[] = []
for (let i = 0; i < 10; i++) {
  const exceptions = [{ name: 'e', path: `/q${i}`, parameter: 'ARGS:a', rules: [942100] }]
  const [ms] = await timed(() => apply({ sites: [siteOf('shop')], exceptions }))
  meanwhile.push(ms)
}
await replaying
meanwhile.sort((a, b) => a - b)
tell(
  'commit during a replay (10)',
  `median ${meanwhile[5]?.toFixed(0)} ms, worst ${meanwhile[9]?.toFixed(0)} ms`,
)
const [fix_ms, list] = await timed(() => call(`GET /api/v1/requests/${hits[0]?.request_id}/fixes`))
tell(`fixes, each tried on ${list['replayed']} requests`, `${fix_ms.toFixed(0)} ms`)
for (const fix of list['fixes'] as { sentence: string; unblocks_requests: number }[]) {
  tell('', `${fix.sentence}: ${fix.unblocks_requests}`)
}
