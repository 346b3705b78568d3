import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Fault } from '#base/fault.ts'
import { fingerprint, keptCertificate, readCertificate, selfSigned } from './certificates.ts'

const day_ms = 86_400_000
const now_ms = Date.UTC(2026, 10, 20)
const names = ['gate.example', 'localhost', '127.0.0.1', '::1']
let dir = ''
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'gatehouse-certificates-'))
})
after(() => rm(dir, { recursive: true, force: true }))

test('a self-signed certificate names all hosts and addresses and fits its key', async () => {
  const cert = new X509Certificate((await selfSigned(names, now_ms)).cert)
  assert.equal(cert.subject, 'CN=gate.example')
  assert.ok(cert.checkHost('gate.example') && cert.checkHost('localhost'))
  assert.ok(cert.checkIP('127.0.0.1') && cert.checkIP('::1'))
  assert.equal(cert.checkHost('other.example'), undefined)
  assert.equal(cert.ca, false)
  assert.ok(cert.verify(cert.publicKey))
  assert.ok(cert.validToDate.getTime() - now_ms < 398 * day_ms)
})

test('the kept certificate stays the same, and its key is readable by its owner only', async () => {
  const kept = join(dir, 'kept')
  const first = await keptCertificate(kept, names, now_ms)
  const second = await keptCertificate(kept, names, now_ms + 300 * day_ms)
  assert.deepEqual([first.is_new, second.is_new], [true, false])
  assert.equal(second.cert, first.cert)
  assert.equal((await stat(join(kept, 'console.key'))).mode & 0o777, 0o600)
})

test('it is made again before its end, for a new name, and when the files are broken', async () => {
  const kept = join(dir, 'again')
  const first = await keptCertificate(kept, names, now_ms)
  assert.equal((await keptCertificate(kept, [...names, 'new.example'], now_ms)).is_new, true)
  assert.equal((await keptCertificate(kept, names, now_ms + 380 * day_ms)).is_new, true)
  await writeFile(join(kept, 'console.key'), first.key)
  assert.equal((await keptCertificate(kept, names, now_ms + 380 * day_ms)).is_new, true)
  await writeFile(join(kept, 'console.crt'), 'garbage')
  assert.equal((await keptCertificate(kept, names, now_ms + 380 * day_ms)).is_new, true)
})

test('a certificate of the user is refused with the file and the reason', async () => {
  const [one, other] = [await selfSigned(names, now_ms), await selfSigned(names, now_ms)]
  const paths = { cert: join(dir, 'own.crt'), key: join(dir, 'own.key') }
  const refused = async (reason: RegExp) => {
    await assert.rejects(readCertificate(paths), (error) => {
      assert.ok(error instanceof Fault)
      assert.equal(error.code, 'identity.certificate_unreadable')
      assert.match(error.message, reason)
      return true
    })
  }
  await refused(/own\.crt.*ENOENT/)
  await writeFile(paths.cert, 'garbage')
  await writeFile(paths.key, other.key)
  await refused(/not a PEM certificate/)
  await writeFile(paths.cert, one.cert)
  await refused(/belongs to another/)
  await writeFile(paths.key, one.key)
  assert.deepEqual(await readCertificate(paths), one)
})

test('the fingerprint is written as browsers show it', async () => {
  assert.match(
    fingerprint((await selfSigned(names, now_ms)).cert),
    /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/,
  )
})
