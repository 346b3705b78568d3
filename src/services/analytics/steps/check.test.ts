import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uuidv7 } from '#base/id.ts'
import { hitAt, noon_ms, noonPlus, sampleAt } from '#parts/records/records.support.ts'
import { check } from './check.ts'

test('what is dated further ahead than clocks differ is put back, whatever it is, and counted', () => {
  const far = '9999-01-01T00:00:00.000Z'
  const { request, ...hit } = hitAt(far)
  const { id, node, site, client, action } = hit
  const event = (at: string, hlc: string) => ({
    kind: 'event',
    event: {
      ...{ id: uuidv7(noon_ms), at, hlc, node, name: 'a.b', message: '', fields: {} },
      severity: 'notice',
    },
  })
  const now = `${String(noon_ms).padStart(15, '0')}.00007`
  const records = [
    { kind: 'hit', hit: { ...hit, request } },
    { kind: 'traffic', traffic: sampleAt(far) },
    { kind: 'request', recorded: { id, at: far, node, site, host: '', client, action, request } },
    event(far, now),
    event(noonPlus(0), '999999999999999.00007'),
    event(noonPlus(4), now),
  ]
  const checked = check({ node, version: '1', records }, noon_ms)
  assert.deepEqual([checked.rejected, checked.from_future], [[], 5])
  const latest = String(noon_ms + 300_000).padStart(15, '0')
  const times = checked.records.map(({ record }) => {
    if (record.kind === 'event') return [record.event.at, record.event.hlc]
    if (record.kind === 'hit') return record.hit.at
    return record.kind === 'traffic' ? record.traffic.at : record.recorded.at
  })
  assert.deepEqual(times, [
    ...[noonPlus(5), noonPlus(5), noonPlus(5)],
    [noonPlus(5), now],
    [noonPlus(0), `${latest}.00007`],
    [noonPlus(4), now],
  ])
})
