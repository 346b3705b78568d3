import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import type { Contract } from '#model/api/contract.ts'
import { type ApiCall, api } from '#model/api.ts'
import { storeRecords } from '#parts/records/hits.ts'
import { hitAt } from '#parts/records/records.support.ts'
import { type TestPolicy, testPolicy } from '../policy.support.ts'

let site: TestPolicy
before(async () => {
  site = await testPolicy()
  const hit = hitAt(new Date().toISOString())
  await storeRecords(site.database, [{ kind: 'hit', hit }], { gap_ms: 1 })
})
after(() => site[Symbol.asyncDispose]())

const reads = (Object.keys(api) as ApiCall[]).filter(
  (key) => key.startsWith('GET ') && key !== 'GET /api/v1/events/stream',
)

const nasty = fc.constantFrom(
  '',
  '\0',
  '%',
  '_',
  "'",
  '"',
  '\\',
  '-1',
  '1e308',
  '99999999999999999999',
  '0',
  'NaN',
  'null',
  '\ud800',
  '\ufffe',
  '999999999d',
  '0m',
  '1h',
  'sqli',
  'csv',
  'type',
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:59Z',
  '2026-02-29T00:00:00Z',
  "'; drop table users; --",
)
const value = fc.oneof(nasty, fc.string({ unit: 'binary', maxLength: 300 }))

/** Unpaired surrogates cannot be written in a URL; what a client sends instead is the replacement character. */
const escaped = (text: string) => encodeURIComponent(text.toWellFormed())

test('no input of a read call is ever our failure', { timeout: 120_000 }, async () => {
  const call = fc.constantFrom(...reads).chain((key) => {
    const contract: Contract = api[key]
    const names = [...Object.keys(contract.query?.shape ?? {}), 'other']
    const query = fc.array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 5 })
    return fc.tuple(fc.constant(key), value, query)
  })
  await fc.assert(
    fc.asyncProperty(call, async ([key, param, query]) => {
      const path = key.replace(/\{\w+\}/g, escaped(param) || 'x')
      const text = query.map(([name, given]) => `${name}=${escaped(given)}`).join('&')
      const asked = await site.ask(`${path}?${text}`, { socketPath: site.socket_path })
      assert.ok([200, 400, 404].includes(asked.status), `${asked.status}: ${asked.text}`)
    }),
    { numRuns: 150 },
  )
})

test('no body is ever our failure', async () => {
  const bodies = fc.oneof(
    fc.json(),
    fc.string({ unit: 'binary' }),
    fc.record({ username: value, password: value }).map((body) => JSON.stringify(body)),
  )
  let calls = 0
  await fc.assert(
    fc.asyncProperty(bodies, async (body) => {
      const headers = { 'content-type': 'application/json' }
      // Each from an address of its own, which has not failed too often yet.
      const localAddress = `127.1.${++calls >> 8}.${calls & 255}`
      const asked = await site.ask('POST /api/v1/session', { body, headers, localAddress })
      assert.ok([400, 401].includes(asked.status), `${asked.status}: ${asked.text}`)
    }),
    { numRuns: 100 },
  )
})
