import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createServer } from 'node:tls'
import { systemClock } from '#base/clock.ts'
import { selfSigned } from '#parts/identity/certificates.ts'
import { SyslogExport } from '../settings.ts'
import { syslogSender } from './syslog.ts'

test('TLS takes counted messages to a receiver that the authority vouches for, and to no other', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'gatehouse-syslog-'))
  const { cert, key } = await selfSigned(['localhost'], Date.now())
  const seen = Promise.withResolvers<string>()
  const names: (string | false | null)[] = []
  const receiver = createServer({ cert, key }, (socket) => {
    names.push(socket.servername)
    socket.on('error', () => {})
    socket.once('data', (data) => seen.resolve(data.toString()))
  })
  t.after(() => {
    receiver.close()
    rmSync(dir, { recursive: true })
  })
  receiver.listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  const ca = join(dir, 'ca.pem')
  writeFileSync(ca, cert)
  const sender = (words: object) => {
    const address = `tls://localhost:${(receiver.address() as AddressInfo).port}`
    return syslogSender(SyslogExport.parse({ kind: 'syslog', address, ...words }), systemClock)
  }
  const told = {
    ...{ id: 'x', at: '2026-11-20T12:00:00.000Z', node: 'edge-1', name: 'node.joined' },
    ...{ severity: 'notice' as const, message: 'It is here', fields: {} },
  }
  using unknown = sender({})
  await assert.rejects(unknown.send([told]), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
  using known = sender({ ca })
  await known.send([told])
  assert.match(await seen.promise, /^\d+ <133>1 2026-\S+ edge-1 gatehouse - node\.joined \[/)
  assert.equal(names.at(-1), 'localhost')
})
