/** Drafts through the API. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { CheckResult, Draft, PolicyDiff } from '#model/draft.ts'
import type { Problem } from '#model/problem.ts'
import { deleteDraft } from '#parts/records/drafts.ts'
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
  write,
} from './publish.support.ts'

export function draftsSuite(): void {
  describe('drafts', () => {
    test('a draft ends by its own version only: one that was written meanwhile stays', async () => {
      await apply(documentWith())
      const draft = await newDraft(ada, 'both')
      await deleteDraft(site.database, draft.id, Number(draft.etag) - 1)
      await ask(`GET /api/v1/drafts/${draft.id}`, { as: ada })
      await ask(`POST /api/v1/drafts/${draft.id}/commit`, {
        as: root,
        json: { message: 'nothing new' },
        headers: { 'if-match': draft.etag },
      })
      await ask(`GET /api/v1/drafts/${draft.id}`, { as: ada }, 404)
    })

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

    test('what others committed since a draft was made is no change of its own', async () => {
      await apply(documentWith())
      const draft = await newDraft(ada, 'stale', documentWith({ masks: [{ name: 'mine' }] }))
      await apply(documentWith({ groups: [{ name: 'theirs' }] }))
      const diff = (query: string) =>
        ask<PolicyDiff>(`GET /api/v1/policy/diff?${query}to=draft:${draft.id}`, { as: ada })
      const namesOf = ({ changes }: PolicyDiff) => changes.map(({ kind, name }) => [kind, name])
      const own = await diff('')
      assert.deepEqual([own.from, namesOf(own)], [String(draft.base_revision), [['added', 'mine']]])
      assert.deepEqual(namesOf(await diff('from=head&')).sort(), [
        ['added', 'mine'],
        ['removed', 'theirs'],
      ])
      assert.ok(namesOf(await diff('from=0&')).some(([, name]) => name === 'shop'))
      await ask(`DELETE /api/v1/drafts/${draft.id}`, { as: ada }, 204)
      await apply(documentWith())
    })

    test('no name is too odd', async () => {
      const draft = await newDraft(ada, 'a\0b \ud800 <script>')
      assert.equal(draft.name, 'a\ufffdb \ufffd <script>')
      await ask(`DELETE /api/v1/drafts/${draft.id}`, { as: ada }, 204)
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
      assert.ok(
        (await ask<CheckResult>(`POST /api/v1/drafts/${one.id}/check`, { as: ada })).is_good,
      )
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
}
