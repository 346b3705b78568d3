import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from '#base/schema.ts'
import { rawExchange, startTestEdge, startUpstream } from '#services/edge/edge.fixture.ts'
import { loadStages, type Stage } from '../crs/cases.ts'
import { suiteRuleset } from '../crs/engine.ts'
import { findCrs } from '../crs/location.ts'

const place = findCrs()
const skip =
  place.kind === 'missing' ? `${place.sentence} (30 stages of the HTTP layer are not run)` : false
const expected = z
  .record(z.string(), z.string())
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, 'expected-failures.json'), 'utf8')))

/**
 * Stages that say something of the answer itself; four of them are plain 200s that the in-process
 * suite passes too.
 */
const isOfHttpLayer = ({ expected: e }: Stage): boolean =>
  e.status !== undefined || e.expect_error || !e.has_log_checks
const plain: ReadonlySet<string> = new Set(['920160-4', '920272-5', '920640-4', '920640-5'])

test('the HTTP-layer stages of the CRS suite hold on a real edge with the real rules', {
  skip,
}, async (t) => {
  if (place.kind === 'missing') return
  const stages = loadStages(place.dir).filter(isOfHttpLayer)
  assert.equal(stages.length, 30)
  await using upstream = await startUpstream((_q, r) => {
    r.setHeader('content-type', 'text/plain')
    r.end()
  })
  await using edge = await startTestEdge({
    upstreams: [upstream.url],
    site: { mode: 'monitor' },
    ruleset: suiteRuleset(place.dir),
  })
  const failed: string[] = []
  for (const stage of stages) {
    const known = new Set(edge.hits().map((hit) => hit.id))
    const answer = await rawExchange(edge.port, stage.request.bytes, 1500)
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1])
    const ids = new Set(
      edge
        .hits()
        .filter((hit) => !known.has(hit.id))
        .flatMap((hit) => hit.rule_ids),
    )
    const { expected: e } = stage
    const is_right =
      (e.status === undefined || e.status === status) &&
      (!e.expect_error || answer === '') &&
      e.expect_ids.every((id) => ids.has(id)) &&
      !e.no_expect_ids.some((id) => ids.has(id))
    if (!is_right) failed.push(stage.name)
    // The recorder bounds refusals of one client by the second; nothing here may depend on that.
  }
  const of_26 = stages.filter((stage) => !plain.has(stage.name))
  assert.equal(of_26.length, 26)
  const passed = of_26.filter((stage) => !failed.includes(stage.name)).length
  t.diagnostic(`${passed} of 26 stages of the HTTP layer passed`)
  assert.ok(passed >= 20)
  assert.deepEqual(
    failed.sort(),
    Object.keys(expected).sort(),
    'expected-failures.json may only shrink',
  )
})
