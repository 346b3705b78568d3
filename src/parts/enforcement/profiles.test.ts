import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { Policy } from '#model/policy.ts'
import { compilePolicy } from './compiled-policy.ts'
import { gatherBundle } from './gather.ts'
import { attackShapes } from './profiles/wordpress-attacks.support.ts'
import { honestShapes } from './profiles/wordpress-honest.support.ts'
import { Profile, profileData } from './profiles.ts'
import { tryRequest } from './trial.ts'

const hasPackage = existsSync('/usr/share/modsecurity-crs/rules')
const skip = hasPackage
  ? false
  : 'the package modsecurity-crs is missing: scripts/install-deps test'

/** The distribution's rule set, for a site with the profile and one without; compiled once for all tests. */
function wordpressSites() {
  const upstreams = [{ url: 'http://127.0.0.1:3000' }]
  const policy = Policy.parse({
    sites: [
      { name: 'blog', hosts: ['blog.example'], upstreams, profiles: ['wordpress'] },
      { name: 'plain', hosts: ['plain.example'], upstreams },
    ],
  })
  const compiled = compilePolicy(gatherBundle(policy, Policy.encode(policy), { kept_dir: '' }))
  const [blog, plain] = compiled.sites
  if (blog === undefined || plain === undefined) throw new Error('there are two sites')
  return { blog, plain }
}

test('no profile lets a parameter pass all rules', () => {
  for (const data of Object.values(profileData)) {
    for (const one of Profile.parse(data).exceptions) {
      assert.ok(one.rules.length + one.tags.length > 0, one.why)
      assert.ok(one.parameters.length > 0 || one.tags.length === 0, one.why)
    }
  }
})

test('profile wordpress', { skip }, async (t) => {
  const { blog, plain } = wordpressSites()
  for (const { name, request } of honestShapes) {
    await t.test(`passes: ${name}`, () => {
      const { intervention, matches } = tryRequest(blog, request)
      const told = matches.map((match) => `${match.rule_id} ${match.variable}`)
      assert.equal(intervention, undefined, told.join(', '))
    })
  }
  for (const { name, request } of attackShapes) {
    await t.test(`is still refused: ${name}`, () => {
      assert.equal(tryRequest(blog, request).intervention?.disruptive, true)
    })
  }
  await t.test('most of what editors do would be refused without it', () => {
    const refused = honestShapes.filter(({ request }) => tryRequest(plain, request).intervention)
    assert.ok(refused.length >= 12, `only ${refused.length}`)
  })
})
