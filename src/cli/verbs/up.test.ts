import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseSettings } from '#base/settings.ts'
import { Settings } from '../settings.ts'
import { settingsText } from './up.ts'

const options = {
  site: 'shop.example',
  to: 'http://127.0.0.1:3000',
  listen: '*:8000',
  mode: 'block',
  rules: 'package',
}

test('what `up` writes is a settings file without a mistake', () => {
  const result = parseSettings(settingsText(options), 'x.yaml', Settings)
  assert.deepEqual(result.kind === 'invalid' ? result.problems : [], [])
  const site = result.kind === 'ok' ? result.data.sites[0] : undefined
  assert.equal(site?.name, 'shop.example')
  const named = parseSettings(settingsText({ ...options, name: 'gate-7' }), 'x.yaml', Settings)
  assert.equal(named.kind === 'ok' && named.data.node, 'gate-7')
  assert.deepEqual(site?.hosts, ['shop.example'])
  assert.equal(site?.upstreams[0]?.url, 'http://127.0.0.1:3000')
})

test('a site for any host gets a name', () => {
  const result = parseSettings(settingsText({ ...options, site: '*' }), 'x.yaml', Settings)
  assert.equal(result.kind === 'ok' && result.data.sites[0]?.name, 'site')
})

for (const [what, wrong] of [
  ['mode', { mode: 'blok' }],
  ['address', { to: 'localhost' }],
  ['host', { site: 'shop example' }],
  ['quotes that would break out of the file', { site: 'a"]\nmode: off' }],
] as const) {
  test(`a wrong ${what} is told with its line`, () => {
    const result = parseSettings(settingsText({ ...options, ...wrong }), 'x.yaml', Settings)
    assert.equal(result.kind, 'invalid')
    assert.ok(result.kind === 'invalid' && (result.problems[0]?.line ?? 0) > 10)
  })
}
