import assert from 'node:assert/strict'
import { test } from 'node:test'
import { policySchema } from './policy-schema.ts'

type Schema = {
  title?: string
  default?: unknown
  properties: Record<string, Schema>
  items: Schema
}

test('every field has a title and its default as people write it', () => {
  const { properties } = policySchema() as unknown as Schema
  const { wait, receipt_timeout } = properties['rollout']?.properties ?? {}
  assert.deepEqual([wait?.title, wait?.default], ['Wait', '0ms'])
  assert.deepEqual([receipt_timeout?.title, receipt_timeout?.default], ['Receipt timeout', '30s'])
  const { body_size_max, name } = properties['sites']?.items.properties ?? {}
  assert.deepEqual([body_size_max?.title, body_size_max?.default], ['Body size max', '12800KiB'])
  assert.deepEqual([name?.title, name?.default], ['Name', undefined])
})
