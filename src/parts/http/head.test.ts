import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readHead } from './head.ts'

const limits = { header_count: 100, uri_size: 1000, header_size: 10_000 }
const wires = [
  ['1.1', ['Host', 'a.example']],
  ['2.0', [':method', 'POST', ':path', '/', ':authority', 'a.example']],
] as const

/** '' when the head is taken. */
function refused(httpVersion: string, rawHeaders: readonly string[]): string {
  const head = readHead({ method: 'POST', url: '/', httpVersion, rawHeaders }, limits)
  return 'reason' in head ? head.reason : ''
}

test('a second Content-Encoding is refused in both versions, whatever the two say', () => {
  for (const [version, begin] of wires) {
    const one = [...begin, 'content-encoding', 'gzip']
    assert.equal(refused(version, one), '')
    for (const value of ['gzip', 'identity', '', 'br'])
      assert.equal(
        refused(version, [...one, 'content-encoding', value]),
        'duplicate_content_encoding',
      )
  }
})

test('a second Content-Type is refused in both versions, also when the two agree', () => {
  for (const [version, begin] of wires) {
    const one = [...begin, 'content-type', 'text/plain']
    assert.equal(refused(version, one), '')
    for (const value of ['text/plain', 'application/x-www-form-urlencoded'])
      assert.equal(refused(version, [...one, 'content-type', value]), 'duplicate_content_type')
  }
})
