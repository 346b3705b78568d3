import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { certificateEnd } from './calls.ts'

test('a peer that hung up has no certificate, and gets no line that never ends', () => {
  // What Node.js answers for a connection that is gone, or is going.
  for (const shown of [null, {}]) {
    const request = { socket: { getPeerCertificate: () => shown } } as unknown as IncomingMessage
    assert.throws(() => certificateEnd(request), { code: 'notifier.certificate_needed' })
  }
})
