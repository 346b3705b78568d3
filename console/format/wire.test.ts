import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MatchRecord, RequestRecord } from '#model/hit.ts'
import { wireText } from './wire.ts'

const uri = '/search?q=caf%C3%A9+%27OR&id=7'
const request = {
  uri,
  body: '',
  headers: [['X', 'plain']],
  spans: [
    { part: 'header', index: 0, start: 0, end: 5 },
    { part: 'uri', index: 0, start: 10, end: uri.indexOf('&') },
  ],
} as unknown as RequestRecord

const match = (raw_value: string) => ({ raw_value }) as MatchRecord

test('wireText() finds what was sent for a decoded value', () => {
  assert.equal(wireText(request, match("café 'OR")), 'caf%C3%A9+%27OR')
})

test('wireText() is silent when nothing was decoded or nothing fits', () => {
  assert.equal(wireText(request, match('plain')), undefined)
  assert.equal(wireText(request, match('other')), undefined)
})
