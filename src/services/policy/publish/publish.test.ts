/** Publish through the API of a real policy service, on a small rule set. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { commitSuite } from './commit.suite.ts'
import { draftsSuite } from './drafts.suite.ts'
import { ada, ask, closeBench, openBench, root, site } from './publish.support.ts'
import { replaySuite } from './replay.suite.ts'

before(openBench)
after(closeBench)

commitSuite()
draftsSuite()
replaySuite()

test('a roll-out that is stopped goes on when somebody says so', async () => {
  await ask('POST /api/v1/policy/rollout/resume', { as: root }, 204)
  assert.equal(site.cluster.nudges.at(-1), 'resume')
  assert.deepEqual(await ask('GET /api/v1/policy/rollout', { as: ada }), { rollout: null })
})
