/** Analytics on an embedded database in a directory of its own, and what an edge would send to it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { World } from '#base/service.ts'
import type { Hit } from '#model/hit.ts'
import type { IntakeAnswer } from '#model/intake.ts'
import type { TrafficSample } from '#model/traffic.ts'
import type { Database } from '#parts/records/database.ts'
import { openPrepared } from '#parts/records/prepared-directory.support.ts'
import { hitAt, sampleAt, testWorld } from '#parts/records/records.support.ts'
import { deleteOlderThan } from '#parts/records/retention.ts'
import { startAnalytics } from './service.ts'
import { AnalyticsSettings } from './settings.ts'

export type TestAnalytics = AsyncDisposable & {
  readonly database: Database
  readonly url: string
  readonly world: World
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>
  /** Sends records as a batch; throws unless the answer is 200. */
  deliver(records: readonly unknown[], node?: string): Promise<IntakeAnswer>
}

export async function testAnalytics(
  open?: (world: World) => Promise<Database>,
): Promise<TestAnalytics> {
  await using rising = new AsyncDisposableStack()
  const world = testWorld()
  const dir = await mkdtemp(join(tmpdir(), 'gatehouse-analytics-'))
  rising.defer(() => rm(dir, { recursive: true, force: true }))
  const database = rising.use(await (open ? open(world) : openPrepared(dir, world)))
  const settings = AnalyticsSettings.parse({ listen: '127.0.0.1:0' })
  const service = rising.use(await startAnalytics(settings, { database }, world))
  const url = `http://${service.address}`
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  const closing = rising.move()
  return {
    database,
    url,
    world,
    post,
    async deliver(records, node = 'n1') {
      const response = await post('/v1/records', { node, version: '0.1.0', records })
      if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`)
      return (await response.json()) as IntakeAnswer
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}

/** A hit as it lies in the spool. */
export function hitRecord(at: string, words: Partial<Hit> = {}): { kind: 'hit'; hit: Hit } {
  return { kind: 'hit', hit: hitAt(at, words) }
}

export function trafficRecord(at: string): { kind: 'traffic'; traffic: TrafficSample } {
  return { kind: 'traffic', traffic: sampleAt(at) }
}

/** Forgets hits, attacks and traffic that other tests stored. */
export async function withoutRecords(database: Database): Promise<void> {
  const far = '2100-01-01T00:00:00.000Z'
  await deleteOlderThan(database, {
    hits_before: far,
    traffic_before: far,
    fine_traffic_before: far,
    samples_before: far,
  })
}
