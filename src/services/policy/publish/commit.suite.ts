/** Commits through the API. */
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { bundleName } from '#model/bundle.ts'
import type { CheckResult, Commit, CommitSummary, PolicyDiff } from '#model/draft.ts'
import type { Problem } from '#model/problem.ts'
import type { Mode } from '#model/site.ts'
import { verifyBundle } from '#parts/bundle/bundle.ts'
import { site as siteOf } from '#parts/enforcement/enforcement.support.ts'
import { listActivity, verifyActivity } from '#parts/records/activity.ts'
import { saveNodeState, upsertNode } from '#parts/records/cluster-nodes.ts'
import { contentFiles, newestCommit } from '#parts/records/commits.ts'
import type { AskOptions } from '../policy.support.ts'
import {
  ada,
  apply,
  ask,
  codeOf,
  documentWith,
  local,
  newDraft,
  root,
  set,
  site,
} from './publish.support.ts'

export function commitSuite(): void {
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

    test('only administrators name another folder for the rule set, and nobody is told what is in it', async () => {
      const base = await newestCommit(site.database)
      mkdirSync(`${set.dir}/secrets/rules`, { recursive: true })
      writeFileSync(`${set.dir}/secrets/crs-setup.conf`, 'hunter2 is the password\n')
      writeFileSync(`${set.dir}/secrets/rules/REQUEST-900.conf`, '')
      const document = { ...documentWith(), rules: { set: `${set.dir}/secrets` } }
      const compared = (as: AskOptions) =>
        ask<{ check: CheckResult }>('POST /api/v1/policy/compare', { ...as, json: { document } })
      const { check } = await compared({ as: ada })
      assert.deepEqual(
        check.findings.map((finding) => finding.code),
        ['policy.folder_refused'],
      )
      const told = (await compared({ as: root })).check.findings[0]?.message ?? ''
      assert.match(told, /crs-setup\.conf:1/)
      assert.doesNotMatch(told, /hunter2/)
      const missing = { ...document, rules: { set: '/none' } }
      const draft = await newDraft(ada, 'folder', missing)
      const checked = await ask<CheckResult>(`POST /api/v1/drafts/${draft.id}/check`, { as: ada })
      assert.equal(checked.findings[0]?.code, 'policy.folder_refused')
      await ask(`DELETE /api/v1/drafts/${draft.id}`, { as: ada }, 204)
      assert.equal((await newestCommit(site.database))?.bundle.id, base?.bundle.id)
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

    test('Gatehouse goes back by itself from the commit that failed, and never from a newer one', async () => {
      const head = async () => (await newestCommit(site.database))?.bundle.head.revision ?? 0
      const before = await head()
      const late = await site.policy.publish.rollbackTo(2, 'late', 'gatehouse', before - 1)
      assert.deepEqual([late.is_new, await head()], [false, before])
      const { commit } = await site.policy.publish.rollbackTo(2, 'in time', 'gatehouse', before)
      assert.deepEqual([commit.bundle.head.message, await head()], ['in time', before + 1])
    })

    test('a commit goes above what nodes ran, also what this database forgot, but not beyond belief', async () => {
      const hour = {
        joined_at: new Date().toISOString(),
        certificate_expires_at: '2126-01-01T00:00:00Z',
      }
      const about = { address: '', version: '', protocol: 1 }
      for (const [i, revision_floor] of [41, 5_000_000].entries()) {
        const id = `0192e4a0-0000-7000-8000-00000000000${i}`
        const name = `edge-${i}`
        await upsertNode(site.database, { id, name, roles: ['edge'], group: '', ...about, ...hour })
        const told = { bundle_id: '', revision: 0, took_ms: null, refusal: null, revision_floor }
        const state = { ...told, lists_revision: 0, clock_skew_ms: 0 }
        await saveNodeState(site.database, id, { ...about, last_connection_at: null, state })
      }
      const { commit } = await apply(documentWith({ masks: [{ name: 'floor' }] }))
      assert.equal(commit.revision, 42)
      assert.equal((await apply(documentWith())).commit.revision, 43)
    })

    test('the history tells all of it, and the activity log is intact', async () => {
      const { items } = await ask<{ items: CommitSummary[] }>('GET /api/v1/policy/commits', local())
      assert.deepEqual(
        items.map((item) => [item.revision, item.author]),
        [
          [43, 'local'],
          [42, 'local'],
          [6, 'gatehouse'],
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
      const given = {
        rules: { set: `${set.dir}/set` },
        sites: [siteOf('shop', { mode: 'monitor' })],
      }
      // Nothing was ever taken from a file here: one that differs is refused, one that says the same is taken note of.
      await assert.rejects(publish.applyFilePolicy(given, 'gatehouse.yaml'), {
        code: 'policy.file_is_behind',
      })
      const same = { ...given, sites: [siteOf('shop')] }
      assert.equal((await publish.applyFilePolicy(same, 'gatehouse.yaml'))?.is_new, false)
      const made = await publish.applyFilePolicy(given, '/etc/gatehouse/gatehouse.yaml')
      assert.ok(made?.is_new)
      assert.equal(made.commit.bundle.head.author, 'gatehouse.yaml')
      assert.deepEqual(made.commit.document['masks'], [{ name: 'pin', site: '' }])
      assert.equal(
        await publish.applyFilePolicy(structuredClone(given), 'x/gatehouse.yaml'),
        undefined,
      )
      const known = async () =>
        (await ask<{ is_of_file: boolean }>('GET /api/v1/policy', local())).is_of_file
      assert.equal(await known(), true)
      // Changed elsewhere since: the file has nothing new to say.
      await apply(documentWith({ sites: ['shop', 'b', 'c'].map((name) => siteOf(name)) }))
      assert.equal(await known(), false)
      assert.equal(await publish.applyFilePolicy(given, 'gatehouse.yaml'), undefined)
      assert.equal(await publish.applyFilePolicy({}, 'gatehouse.yaml'), undefined)
      const { items } = await listActivity(site.database, { limit: 1, q: 'gatehouse' })
      assert.equal(items[0]?.who, 'gatehouse')
    })

    test('takes nothing back that was committed elsewhere since it was taken', async () => {
      const { publish } = site.policy
      const given = (mode: Mode) => ({
        rules: { set: `${set.dir}/set` },
        sites: [siteOf('shop', { mode })],
      })
      const take = (mode: Mode) => publish.applyFilePolicy(given(mode), 'gatehouse.yaml')
      const head = async () => (await newestCommit(site.database))?.bundle.head.revision
      const before = await head()
      await assert.rejects(take('off'), {
        code: 'policy.file_is_behind',
        message: new RegExp(`revision ${before} by local`),
      })
      assert.equal(await head(), before)
      // What was committed says the same as the file: from here on it is of the file again.
      await apply(documentWith({ ...given('off'), masks: [{ name: 'pin' }] }))
      assert.equal((await take('off'))?.is_new, false)
      assert.equal((await take('monitor'))?.is_new, true)
      // Nothing of its part: others may change that.
      await apply(documentWith({ ...given('monitor'), rollout: { note_required: true } }), {
        message: 'x',
      })
      await assert.rejects(take('block'), { code: 'policy.file_needs_note' })
      await apply(documentWith(given('monitor')), { message: 'x' })
      // A section that it never said, and that others filled, is not its own.
      await apply(documentWith({ ...given('monitor'), own_rules: [{ name: 'a', text: '' }] }))
      const more = { ...given('monitor'), own_rules: [] }
      await assert.rejects(publish.applyFilePolicy(more, 'gatehouse.yaml'), {
        code: 'policy.file_is_behind',
      })
      await apply(documentWith())
    })
  })
}
