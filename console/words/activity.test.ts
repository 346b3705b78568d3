import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { activityWords } from './activity.ts'

test('everything that the policy service notes has words for people', () => {
  const folder = join(import.meta.dirname, '../../src/services/policy')
  const files = globSync('**/*.ts', { cwd: folder }).filter(
    (file) => !/\.(test|suite|support)\.ts$/.test(file),
  )
  const actions = files.flatMap((file) =>
    [
      ...readFileSync(join(folder, file), 'utf8').matchAll(
        /(?:\baction: |\brecord\(call, )'([a-z]+\.[a-z_]+)'/g,
      ),
    ].map(([, action = '']) => action),
  )
  assert.ok(actions.length > 20)
  assert.deepEqual(
    actions.filter((action) => !(action in activityWords)),
    [],
  )
})
