/** Publish through the API of a real policy service, on a small rule set. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { uuidv7 } from '#base/id.ts'
import { api } from '#model/api.ts'
import { bundleName } from '#model/bundle.ts'
import type { CheckResult, Commit, CommitSummary, Draft, PolicyDiff } from '#model/draft.ts'
import type { FixList } from '#model/fix.ts'
import type { Problem } from '#model/problem.ts'
import type { RecordedRequest, ReplayResult } from '#model/replay.ts'
import { verifyBundle } from '#parts/bundle/bundle.ts'
import {
  recorded,
  type SmallSet,
  site as siteOf,
  smallSet,
} from '#parts/enforcement/enforcement.support.ts'
import { listActivity, verifyActivity } from '#parts/records/activity.ts'
import { contentFiles, newestCommit } from '#parts/records/commits.ts'
import { storeRecords } from '#parts/records/hits.ts'
import { insertRecorded } from '#parts/records/recorded-requests.ts'
import { hitAt } from '#parts/records/records.support.ts'
import {
  type Asked,
  type AskOptions,
  type Login,
  type TestPolicy,
  testPolicy,
} from '../policy.support.ts'

let set: SmallSet
let site: TestPolicy
let ada: Login
let grace: Login
let root: Login

before(async () => {
  set = smallSet()
  site = await testPolicy()
  await site.addUser('ada', 'analyst')
  await site.addUser('grace', 'analyst')
  await site.addUser('root', 'administrator')
  ada = await site.login('ada')
  grace = await site.login('grace')
  root = await site.login('root')
})
after(async () => {
  await site[Symbol.asyncDispose]()
  set[Symbol.dispose]()
})

const documentWith = (more: Record<string, unknown> = {}) => ({
  rules: { set: `${set.dir}/set` },
  sites: [siteOf('shop')],
  ...more,
})
const local = (): AskOptions => ({ socketPath: site.socket_path })

async function ask<T>(key: string, options: AskOptions, status = 200): Promise<T> {
  const asked = await site.ask(key, options)
  assert.equal(asked.status, status, asked.text)
  const contract = Object.entries(api).find(([known]) => {
    const pattern = known.replace(/\{\w+\}/g, '[^/?]+')
    return new RegExp(`^${pattern}(\\?.*)?$`).test(key)
  })
  // What is answered is what the contract says, whatever the serializer would let through.
  if (status === 200 && contract && 'response' in contract[1])
    contract[1].response.parse(asked.json)
  return asked.json as T
}

const codeOf = (asked: Asked) => (asked.json as Problem).code

type Applied = { commit: CommitSummary; diff: PolicyDiff; is_new: boolean }

const apply = (document: unknown, more: Record<string, unknown> = {}) =>
  ask<Applied>('POST /api/v1/policy/apply', { ...local(), json: { document, ...more } })

const newDraft = (as: Login, name: string, document?: unknown) =>
  ask<Draft>('POST /api/v1/drafts', { as, json: { name, ...(document ? { document } : {}) } })

const write = (as: Login, draft: Draft, document: unknown, etag = draft.etag) =>
  site.ask(`PUT /api/v1/drafts/${draft.id}`, {
    as,
    json: { document },
    headers: { 'if-match': `"${etag}"` },
  })

describe('commit', () => {
  test('before the first one there is no policy, and a draft starts from nothing', async () => {
    const none = await site.ask('GET /api/v1/policy', local())
    assert.deepEqual([none.status, codeOf(none)], [404, 'policy.not_found'])
    const draft = await newDraft(ada, 'early')
    assert.deepEqual([draft.base_revision, draft.is_stale], [0, false])
    await ask(`DELETE /api/v1/drafts/${draft.id}`, { as: ada }, 204)
  })

  test('what is applied is signed, stored with its rules, told to the notifier and noted', async () => {
    const { commit, is_new, diff } = await apply(documentWith(), { message: ' first ' })
    assert.deepEqual([commit.revision, is_new, commit.message, diff.to], [1, true, 'first', '1'])
    assert.deepEqual(site.cluster.nudges, ['committed'])
    const stored = await newestCommit(site.database)
    assert.ok(stored)
    const { authority } = site.cluster
    const trust = { cluster_id: authority.cluster_id, keys: [authority.signing.public_pem] }
    verifyBundle(JSON.parse(JSON.stringify(stored.bundle)), trust)
    assert.equal(commit.bundle, bundleName(stored.bundle))
    const files = await contentFiles(site.database, stored.bundle)
    assert.ok(files?.has('policy.json') && files.has('rules.json'))
    const { items } = await listActivity(site.database, { limit: 1, q: 'policy.commit' })
    assert.deepEqual([items[0]?.who, items[0]?.subject], ['local', 'revision 1'])
  })

  test('what is exported applies to nothing changed', async () => {
    const { document } = await ask<Commit>('GET /api/v1/policy', local())
    const { is_new, commit, diff } = await apply(document)
    assert.deepEqual([is_new, commit.revision, diff.changes], [false, 1, []])
    assert.equal(site.cluster.nudges.length, 1)
  })

  test('rules that do not compile are told with their place, and nothing is committed', async () => {
    const own_rules = [{ name: 'mine', text: 'SecRule ARGS "@rx (" "id:1"' }]
    const asked = await site.ask('POST /api/v1/policy/apply', {
      ...local(),
      json: { document: documentWith({ own_rules }) },
    })
    const problem = asked.json as Problem
    assert.deepEqual([asked.status, problem.code], [422, 'policy.check_failed'])
    assert.equal(problem.errors?.[0]?.path, 'own_rules.0.text')
    assert.match(problem.errors?.[0]?.message ?? '', /own\/mine\.conf:1/)
    const unfit = await site.ask('POST /api/v1/policy/apply', {
      ...local(),
      json: { document: { sites: [{ name: 'shop' }], sitez: 1 } },
    })
    assert.deepEqual([unfit.status, codeOf(unfit)], [400, 'policy.unfit_document'])
    const { check, diff } = await ask<{ check: CheckResult; diff: PolicyDiff }>(
      'POST /api/v1/policy/compare',
      { ...local(), json: { document: documentWith({ own_rules }) } },
    )
    assert.deepEqual([check.is_good, diff.changes.length], [false, 1])
    assert.equal((await newestCommit(site.database))?.bundle.head.revision, 1)
  })

  test('of two at once one is first, and the other is told who', async () => {
    const json = (mode: string) => ({
      document: documentWith({ sites: [siteOf('shop', { mode: mode as 'off' })] }),
      base_revision: 1,
    })
    const both = await Promise.all([
      site.ask('POST /api/v1/policy/apply', { as: root, json: json('monitor') }),
      site.ask('POST /api/v1/policy/apply', { as: root, json: json('off') }),
    ])
    assert.deepEqual(both.map((asked) => asked.status).sort(), [200, 409])
    const second = both.find((asked) => asked.status === 409)?.json as Problem
    assert.equal(second.code, 'policy.conflict')
    assert.match(second.detail ?? '', /root committed revision 2 first/)
  })

  test('a note can be demanded', async () => {
    const document = documentWith({ rollout: { note_required: true } })
    await apply(document)
    const changed = { ...document, masks: [{ name: 'pin' }] }
    const refused = await site.ask('POST /api/v1/policy/apply', {
      ...local(),
      json: { document: changed, message: '  ' },
    })
    assert.deepEqual([refused.status, codeOf(refused)], [400, 'policy.note_required'])
    assert.ok((await apply(changed, { message: 'pins' })).is_new)
  })

  test('a rollback commits the old content again, with the rules that it had', async () => {
    const first = await ask<Commit>('GET /api/v1/policy/commits/1', local())
    const back = await ask<CommitSummary>('POST /api/v1/policy/rollback', {
      as: root,
      json: { revision: 1, message: '' },
    })
    const stored = await newestCommit(site.database)
    assert.equal(stored?.bundle.head.revision, back.revision)
    assert.notEqual(back.bundle_id, first.bundle_id)
    const original = await site.ask('GET /api/v1/policy/diff?from=1&to=head', local())
    assert.deepEqual((original.json as PolicyDiff).changes, [])
    const unknown = await site.ask('POST /api/v1/policy/rollback', {
      as: root,
      json: { revision: 99 },
    })
    assert.equal(unknown.status, 404)
  })

  test('the history tells all of it, and the activity log is intact', async () => {
    const { items } = await ask<{ items: CommitSummary[] }>('GET /api/v1/policy/commits', local())
    assert.deepEqual(
      items.map((item) => [item.revision, item.author]),
      [
        [5, 'root'],
        [4, 'local'],
        [3, 'local'],
        [2, 'root'],
        [1, 'local'],
      ],
    )
    assert.ok((await verifyActivity(site.database)).is_intact)
  })

  test('10,000 exceptions are applied, read and compared in seconds', async () => {
    const exceptions = Array.from({ length: 10_000 }, (_, i) => ({
      name: `e${i}`,
      path: `/p/${i}`,
      parameter: `ARGS:p${i}`,
      rules: [942100],
    }))
    const started_ms = performance.now()
    const { commit } = await apply(documentWith({ exceptions }))
    assert.equal(commit.changes, 10_000)
    const { document } = await ask<Commit>('GET /api/v1/policy', local())
    assert.equal((await apply(document)).is_new, false)
    assert.ok(performance.now() - started_ms < 15_000)
    await apply(documentWith())
  })
})

describe('a settings file', () => {
  test('is committed once for each change of its policy, and leaves the rest alone', async () => {
    const { publish } = site.policy
    await apply(documentWith({ masks: [{ name: 'pin' }] }))
    const given = { rules: { set: `${set.dir}/set` }, sites: [siteOf('shop', { mode: 'monitor' })] }
    const made = await publish.applyFilePolicy(given, '/etc/gatehouse/gatehouse.yaml')
    assert.ok(made?.is_new)
    assert.equal(made.commit.bundle.head.author, 'gatehouse.yaml')
    assert.deepEqual(made.commit.document['masks'], [{ name: 'pin', site: '' }])
    assert.equal(
      await publish.applyFilePolicy(structuredClone(given), 'x/gatehouse.yaml'),
      undefined,
    )
    // Changed elsewhere since: the file has nothing new to say.
    await apply(documentWith())
    assert.equal(await publish.applyFilePolicy(given, 'gatehouse.yaml'), undefined)
    assert.equal(await publish.applyFilePolicy({}, 'gatehouse.yaml'), undefined)
    const { items } = await listActivity(site.database, { limit: 1, q: 'gatehouse' })
    assert.equal(items[0]?.who, 'gatehouse')
  })
})

describe('drafts', () => {
  test('a write names the state that was read: none is 428, an old one 412', async () => {
    const draft = await newDraft(ada, 'mine')
    const changed = documentWith({ masks: [{ name: 'pin' }] })
    const without = await site.ask(`PUT /api/v1/drafts/${draft.id}`, {
      as: ada,
      json: { document: changed },
    })
    assert.deepEqual([without.status, codeOf(without)], [428, 'policy.etag_needed'])
    const written = await write(ada, draft, changed)
    assert.equal(written.status, 200)
    assert.equal(written.headers.etag, `"${(written.json as Draft).etag}"`)
    const stale = await write(ada, draft, changed)
    assert.deepEqual([stale.status, codeOf(stale)], [412, 'policy.etag_stale'])
    const read = await site.ask(`GET /api/v1/drafts/${draft.id}`, { as: grace })
    assert.equal(read.headers.etag, written.headers.etag)
    const { changes } = await ask<PolicyDiff>(`GET /api/v1/policy/diff?to=draft:${draft.id}`, {
      as: grace,
    })
    assert.deepEqual(
      changes.map((change) => [change.kind, change.section, change.name]),
      [['added', 'masks', 'pin']],
    )
  })

  test('others read a draft, but neither write, rebase nor discard it; an administrator may', async () => {
    const draft = await newDraft(ada, 'of ada')
    const asked = [
      await write(grace, draft, draft.document),
      await site.ask(`POST /api/v1/drafts/${draft.id}/rebase`, { as: grace }),
      await site.ask(`DELETE /api/v1/drafts/${draft.id}`, { as: grace }),
    ]
    for (const refused of asked) {
      assert.deepEqual([refused.status, codeOf(refused)], [403, 'policy.not_yours'])
    }
    assert.equal((await write(root, draft, draft.document)).status, 200)
    assert.equal((await site.ask(`DELETE /api/v1/drafts/${draft.id}`, { as: root })).status, 204)
    assert.equal((await site.ask(`GET /api/v1/drafts/${draft.id}`, { as: ada })).status, 404)
  })

  test('a draft is checked and committed, which ends it; a stale one is rebased first', async () => {
    const [one, two, three] = [
      await newDraft(ada, 'one', documentWith({ masks: [{ name: 'one' }] })),
      await newDraft(ada, 'two', documentWith({ groups: [{ name: 'two' }] })),
      await newDraft(
        ada,
        'three',
        documentWith({
          masks: [{ name: 'one', site: '' }],
          rules: { set: `${set.dir}/set`, paranoia_level: 2 },
        }),
      ),
    ]
    const commit = (draft: Draft) =>
      site.ask(`POST /api/v1/drafts/${draft.id}/commit`, {
        as: root,
        json: { message: '' },
        headers: { 'if-match': draft.etag },
      })
    assert.ok((await ask<CheckResult>(`POST /api/v1/drafts/${one.id}/check`, { as: ada })).is_good)
    assert.equal((await commit(one)).status, 200)
    assert.equal((await site.ask(`GET /api/v1/drafts/${one.id}`, { as: ada })).status, 404)

    const late = await commit(two)
    assert.deepEqual([late.status, codeOf(late)], [409, 'policy.conflict'])
    const { drafts } = await ask<{ drafts: Draft[] }>('GET /api/v1/drafts', { as: ada })
    assert.equal(drafts.find((draft) => draft.id === two.id)?.is_stale, true)
    const rebased = await ask<Draft>(`POST /api/v1/drafts/${two.id}/rebase`, { as: ada })
    assert.equal(rebased.is_stale, false)
    assert.equal((rebased.document['masks'] as unknown[]).length, 1)
    assert.equal((await commit(two)).status, 412)
    assert.equal((await commit(rebased)).status, 200)

    await apply(documentWith({ rules: { set: `${set.dir}/set`, paranoia_level: 3 } }))
    const conflict = await site.ask(`POST /api/v1/drafts/${three.id}/rebase`, { as: ada })
    assert.deepEqual([conflict.status, codeOf(conflict)], [409, 'policy.rebase_conflict'])
    const { errors = [] } = conflict.json as Problem
    assert.deepEqual(
      errors.map((part) => part.path),
      ['rules.paranoia_level'],
    )
    assert.match(errors[0]?.message ?? '', /yours 2, committed 3/)
  })
})

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
    const made = await ask<{ draft: Draft }>(`POST ${path}`, {
      as: ada,
      json: { number: 1, reason: 'chairs' },
    })
    const again = await ask<{ draft: Draft }>(`POST ${path}`, {
      as: ada,
      json: { number: 1, draft_id: made.draft.id },
    })
    const exceptions = again.draft.document['exceptions'] as { name: string; reason: string }[]
    assert.deepEqual(
      exceptions.map((one) => one.name),
      ['fix-content-942100', 'fix-content-942100-2'],
    )
    assert.equal(exceptions[0]?.reason, 'chairs')
    const foreign = await site.ask(`POST ${path}`, {
      as: grace,
      json: { number: 1, draft_id: made.draft.id },
    })
    assert.equal(codeOf(foreign), 'policy.not_yours')
    const unknown = await site.ask(`POST ${path}`, { as: ada, json: { number: 99 } })
    assert.deepEqual([unknown.status, codeOf(unknown)], [404, 'policy.no_fix'])

    await ask(`POST /api/v1/drafts/${again.draft.id}/commit`, {
      as: root,
      json: { message: 'chairs are sold in unions' },
      headers: { 'if-match': again.draft.etag },
    })
    const { fixes } = await ask<FixList>(`GET ${path}`, { as: ada })
    assert.deepEqual(fixes, [])
  })

  test('a request that nobody recorded has no fixes', async () => {
    const asked = await site.ask(`GET /api/v1/requests/${uuidv7(now)}/fixes`, { as: ada })
    assert.equal(asked.status, 404)
  })

  test('recorded requests are listed without their bodies', async () => {
    const page = await ask<{ items: { uri: string }[]; next_cursor: string }>(
      'GET /api/v1/recorded-requests?limit=3',
      { as: ada },
    )
    assert.equal(page.items.length, 3)
    assert.ok(page.next_cursor)
  })
})

test('a roll-out that is stopped goes on when somebody says so', async () => {
  await ask('POST /api/v1/policy/rollout/resume', { as: root }, 204)
  assert.equal(site.cluster.nudges.at(-1), 'resume')
  assert.deepEqual(await ask('GET /api/v1/policy/rollout', { as: ada }), { rollout: null })
})
