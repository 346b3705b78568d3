import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { newTotpSecret, totpStepOf, totpUri } from './totp.ts'
import { openSeal } from './totp-seal.ts'

const dir = mkdtempSync(join(tmpdir(), 'gatehouse-totp-'))
after(() => rmSync(dir, { recursive: true }))

/** RFC 6238, appendix B: the ASCII secret 12345678901234567890 in base32; the last 6 of its 8 digits. */
const rfc_secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const vectors: readonly (readonly [time_s: number, code: string])[] = [
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
]

test('codes are those of RFC 6238', () => {
  for (const [time_s, code] of vectors)
    assert.equal(totpStepOf(rfc_secret, code, time_s * 1000), Math.floor(time_s / 30))
})

test('a code counts in its step, the one before and the one after, and names its own step', () => {
  const [time_s, code] = [1_111_111_109, '081804']
  const step = Math.floor(time_s / 30)
  const found = [-61, -30, 0, 30, 61].map((late_s) =>
    totpStepOf(rfc_secret, code, (time_s + late_s) * 1000),
  )
  assert.deepEqual(found, [undefined, step, step, step, undefined])
})

test('what is no code is none', () => {
  for (const code of ['', '0', '28708', '2870822', 'abcdef', '28708a'])
    assert.equal(totpStepOf(rfc_secret, code, 59_000), undefined)
})

test('secrets are 160 random bits, and authenticators get them by address', () => {
  const secret = newTotpSecret()
  assert.match(secret, /^[A-Z2-7]{32}$/)
  assert.notEqual(secret, newTotpSecret())
  const uri = new URL(totpUri(secret, 'vera@example', 'gate 1'))
  assert.equal(uri.protocol, 'otpauth:')
  assert.equal(uri.searchParams.get('secret'), secret)
  assert.equal(uri.searchParams.get('issuer'), 'Gatehouse gate 1')
  assert.match(decodeURIComponent(uri.pathname), /vera@example$/)
})

test('a sealed secret opens for its owner only, with the same key only, and only unchanged', () => {
  const path = join(dir, 'a/totp.key')
  const sealed = openSeal(path).seal(rfc_secret, 'vera')
  assert.ok(!sealed.includes(rfc_secret))
  assert.equal(openSeal(path).open(sealed, 'vera'), rfc_secret)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  const broken = { code: 'identity.seal_broken' }
  assert.throws(() => openSeal(path).open(sealed, 'anna'), broken)
  assert.throws(() => openSeal(join(dir, 'b.key')).open(sealed, 'vera'), broken)
  const bytes = Buffer.from(sealed, 'base64url')
  for (const at of [0, 12, bytes.length - 1]) {
    const changed = Buffer.from(bytes)
    changed[at] = (changed[at] ?? 0) ^ 1
    assert.throws(() => openSeal(path).open(changed.toString('base64url'), 'vera'), broken)
  }
  for (const junk of ['', 'x', sealed.slice(0, 20)])
    assert.throws(() => openSeal(path).open(junk, 'vera'), broken)
})

test('a key file that is none is told, and stays as it is', () => {
  const path = join(dir, 'short.key')
  writeFileSync(path, 'short')
  assert.throws(() => openSeal(path), { code: 'identity.seal_key_unreadable' })
  assert.equal(readFileSync(path, 'utf8'), 'short')
})
