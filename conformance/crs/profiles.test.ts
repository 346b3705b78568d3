import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Policy } from '#model/policy.ts'
import { compilePolicy } from '#parts/enforcement/compiled-policy.ts'
import { gatherBundle } from '#parts/enforcement/gather.ts'
import { attackShapes } from '#parts/enforcement/profiles/wordpress-attacks.support.ts'
import { honestShapes } from '#parts/enforcement/profiles/wordpress-honest.support.ts'
import { tryRequest } from '#parts/enforcement/trial.ts'
import { findCrs } from './location.ts'

const place = findCrs()
const skip = place.kind === 'missing' ? place.sentence : false

// With the rule set of the distribution (CRS 3.3) the same stands beside the profile.
test('profile wordpress with CRS 4: honest requests pass, attacks do not', { skip }, () => {
  if (place.kind === 'missing') return
  const policy = Policy.parse({
    rules: { set: place.dir },
    sites: [
      {
        name: 'blog',
        hosts: ['blog.example'],
        upstreams: [{ url: 'http://127.0.0.1:3000' }],
        profiles: ['wordpress'],
      },
    ],
  })
  const compiled = compilePolicy(gatherBundle(policy, Policy.encode(policy), { kept_dir: '' }))
  const [blog] = compiled.sites
  if (blog === undefined) throw new Error('there is a site')
  const stopped = honestShapes.filter(({ request }) => tryRequest(blog, request).intervention)
  assert.deepEqual(
    stopped.map(({ name }) => name),
    [],
  )
  const passed = attackShapes.filter(
    ({ request }) => tryRequest(blog, request).intervention?.disruptive !== true,
  )
  assert.deepEqual(
    passed.map(({ name }) => name),
    [],
  )
  assert.deepEqual([honestShapes.length, attackShapes.length], [26, 46])
})
