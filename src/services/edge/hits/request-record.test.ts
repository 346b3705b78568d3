import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HeaderField } from '#parts/http/head.ts'
import { maskRequest } from '../masking.ts'
import { requestRecord } from './request-record.ts'

const recordOf = (headers: readonly HeaderField[]) =>
  requestRecord({
    method: 'GET',
    http_version: '1.1',
    masking: maskRequest('/', headers, '', '', undefined),
    body_bytes: 0,
    matches: [],
    placeOf: () => undefined,
  })

test('a request whose headers are not all there says so, and is not replayed as if they were', () => {
  const host: HeaderField = ['Host', 'shop.example']
  assert.equal(recordOf([host, ['X-Long', 'x'.repeat(4096)]]).is_cut, false)
  for (const headers of [
    [host, ['X-Long', 'x'.repeat(4097)]],
    [host, ['x'.repeat(257), '']],
    Array.from({ length: 121 }, (_, i) => [`X-${i}`, ''] as const),
  ] as HeaderField[][]) {
    assert.equal(recordOf(headers).is_cut, true)
  }
})
