import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ApiCall, api } from '#model/api.ts'
import { routes } from './routes.ts'

// Who may make which call is in server/access.table.test.ts.
test('every contract has exactly one handler, and no handler is without a contract', () => {
  const keys = Object.keys(api) as ApiCall[]
  assert.ok(keys.length >= 64)
  assert.deepEqual(Object.keys(routes).sort(), [...keys].sort())
  const handlers = Object.values(routes)
  assert.equal(new Set<unknown>(handlers).size, handlers.length)
  const ids = keys.map((key) => api[key].id)
  assert.equal(new Set(ids).size, ids.length)
})
