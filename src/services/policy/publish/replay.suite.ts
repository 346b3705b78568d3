/** Replay and fix through the API. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { uuidv7 } from '#base/id.ts'
import type { Draft } from '#model/draft.ts'
import type { FixList } from '#model/fix.ts'
import type { RecordedRequest, ReplayResult } from '#model/replay.ts'
import { recorded } from '#parts/enforcement/enforcement.support.ts'
import { storeRecords } from '#parts/records/hits.ts'
import { insertRecorded } from '#parts/records/recorded-requests.ts'
import { hitAt } from '#parts/records/records.support.ts'
import {
  ada,
  apply,
  ask,
  codeOf,
  documentWith,
  grace,
  newDraft,
  root,
  set,
  site,
} from './publish.support.ts'

const now = Date.now()
const recordedAt = (uri: string, more: Partial<RecordedRequest> = {}): RecordedRequest => ({
  ...recorded(uri),
  id: uuidv7(now),
  at: new Date(now - 60_000).toISOString(),
  ...more,
})

/** A request as the edge would have recorded it when the small set blocked it. */
function blocked(
  uri: string,
  rule_id: number,
  parameter: string,
  more: Partial<ReturnType<typeof hitAt>> = {},
) {
  const [match] = hitAt(new Date(now).toISOString()).matches
  assert.ok(match)
  return hitAt(new Date(now - 60_000).toISOString(), {
    parameter,
    rule_ids: [rule_id],
    target: `shop.example${uri.split('?')[0]}`,
    matches: [{ ...match, rule_id, variable: parameter }],
    request: recorded(uri).request,
    ...more,
  })
}

export function replaySuite(): void {
  describe('replay and fix', () => {
    const legal = '/post?content=we%20union%20select%20a%20chair'
    const first = blocked(legal, 942100, 'ARGS:content')
    const hits = [
      first,
      blocked(legal, 942100, 'ARGS:content', { client: '198.51.100.1' }),
      blocked('/post?content=%27%20union%20select', 942100, 'ARGS:content', {
        client: '198.51.100.2',
      }),
      blocked('/list?id=1%20union%20select', 942100, 'ARGS:id', { client: '198.51.100.3' }),
      // Turned down before any rule: nobody asks a policy about them.
      blocked(legal, 942100, 'ARGS:content', { action: 'refused' }),
      blocked(legal, 942100, 'ARGS:content', { attack_type: 'ip_list' }),
    ]
    before(async () => {
      await apply(documentWith())
      const records = hits.map((hit) => ({ kind: 'hit' as const, hit }))
      await storeRecords(site.database, records, { gap_ms: 1000 })
      await insertRecorded(site.database, [
        recordedAt('/?q=it%27s'),
        recordedAt('/?q=plain'),
        recordedAt('/?q=o%27neil', { client: '198.51.100.9' }),
        recordedAt('/', { host: 'gone.example' }),
      ])
    })

    test('a stricter policy tells whom it would newly block, and by what', async () => {
      const document = documentWith({ rules: { set: `${set.dir}/set`, paranoia_level: 2 } })
      const draft = await newDraft(ada, 'strict', document)
      const result = await ask<ReplayResult>(`POST /api/v1/drafts/${draft.id}/replay`, {
        as: ada,
        json: { hours: 1 },
      })
      const { requests, same, newly_blocked, newly_let_through, not_replayed } = result
      assert.deepEqual(
        { requests, same, newly_blocked, newly_let_through, not_replayed },
        { requests: 7, same: 5, newly_blocked: 2, newly_let_through: 0, not_replayed: 1 },
      )
      const [change] = result.changes
      assert.deepEqual(
        [change?.kind, change?.parameter, change?.requests, change?.clients, change?.example],
        ['newly_blocked', 'ARGS:q', 2, 2, 'GET /'],
      )
      assert.ok(change?.rule_ids.includes(942200))
    })

    test('fixes are offered from the narrowest, with what each would let through', async () => {
      const {
        fixes,
        replayed,
        site: name,
      } = await ask<FixList>(`GET /api/v1/requests/${first.request_id}/fixes`, { as: ada })
      assert.deepEqual([name, replayed], ['shop', 4])
      assert.equal(fixes[0]?.sentence, 'Rule 942100 does not look at ARGS:content on /post of shop')
      assert.ok(fixes.every((fix, i) => fix.helps && fix.number === i + 1))
      // One of the three has a quote, which the stricter level calls an attack.
      assert.deepEqual(
        [fixes[0]?.unblocks_requests, fixes[0]?.unblocks_clients, fixes[0]?.unblocks_attacks],
        [3, 3, 1],
      )
      const widest = fixes.at(-1)
      assert.match(widest?.sentence ?? '', /do(es)? not run on all of shop/)
      assert.deepEqual([widest?.unblocks_requests, widest?.unblocks_attacks], [4, 1])
    })

    test('a fix goes into a draft, is committed, and then there is nothing left to fix', async () => {
      const path = `/api/v1/requests/${first.request_id}/fixes`
      const { digest } = await ask<FixList>(`GET ${path}`, { as: ada })
      const old = await site.ask(`POST ${path}`, {
        as: ada,
        json: { number: 1, digest: '0123456789ab' },
      })
      assert.deepEqual([old.status, codeOf(old)], [409, 'policy.fixes_changed'])
      const made = await ask<{ draft: Draft }>(`POST ${path}`, {
        as: ada,
        json: { number: 1, digest, reason: 'chairs' },
      })
      const again = await ask<{ draft: Draft }>(`POST ${path}`, {
        as: ada,
        json: { number: 1, digest, draft_id: made.draft.id },
      })
      const exceptions = again.draft.document['exceptions'] as { name: string; reason: string }[]
      assert.deepEqual(
        exceptions.map((one) => one.name),
        ['fix-content-942100', 'fix-content-942100-2'],
      )
      assert.equal(exceptions[0]?.reason, 'chairs')
      const foreign = await site.ask(`POST ${path}`, {
        as: grace,
        json: { number: 1, digest, draft_id: made.draft.id },
      })
      assert.equal(codeOf(foreign), 'policy.not_yours')
      const unknown = await site.ask(`POST ${path}`, { as: ada, json: { number: 99, digest } })
      assert.deepEqual([unknown.status, codeOf(unknown)], [404, 'policy.no_fix'])

      await ask(`POST /api/v1/drafts/${again.draft.id}/commit`, {
        as: root,
        json: { message: 'chairs are sold in unions' },
        headers: { 'if-match': again.draft.etag },
      })
      const { fixes } = await ask<FixList>(`GET ${path}`, { as: ada })
      assert.deepEqual(fixes, [])
    })

    test('of a request that was cut the scores of its matches decide', async () => {
      const hit = blocked('/cut', 942100, 'ARGS:cut')
      const cut = { ...hit, request: { ...hit.request, is_cut: true } }
      await storeRecords(site.database, [{ kind: 'hit', hit: cut }], { gap_ms: 1000 })
      const path = `/api/v1/requests/${cut.request_id}/fixes`
      const { fixes } = await ask<FixList>(`GET ${path}`, { as: ada })
      assert.equal(fixes[0]?.sentence, 'Rule 942100 does not look at ARGS:cut on /cut of shop')
      assert.equal(fixes[0]?.unblocks_requests, 0)
    })

    test('a request that nobody recorded has no fixes', async () => {
      const asked = await site.ask(`GET /api/v1/requests/${uuidv7(now)}/fixes`, { as: ada })
      assert.equal(asked.status, 404)
    })

    test('recorded requests are listed without their bodies', async () => {
      const page = await ask<{ items: { id: string; uri: string }[]; next_cursor: string }>(
        'GET /api/v1/recorded-requests?limit=3',
        { as: ada },
      )
      assert.equal(page.items.length, 3)
      assert.ok(page.next_cursor)
      const [first] = page.items
      const whole = await ask<RecordedRequest>(`GET /api/v1/recorded-requests/${first?.id}`, {
        as: ada,
      })
      assert.deepEqual([whole.id, whole.request.uri], [first?.id, first?.uri])
      await ask(`GET /api/v1/recorded-requests/${uuidv7(now)}`, { as: ada }, 404)
    })
  })
}
