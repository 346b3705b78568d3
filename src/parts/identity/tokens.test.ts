import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  derivedToken,
  isBearerToken,
  isSameToken,
  isToken,
  newBearerToken,
  newToken,
  tokenHash,
} from './tokens.ts'

test('tokens are 256 bits, never the same, and known by their shape', () => {
  const made = Array.from({ length: 100 }, newToken)
  assert.equal(new Set(made).size, 100)
  for (const token of made) assert.equal(Buffer.from(token, 'base64url').length, 32)
  assert.ok(made.every(isToken))
  for (const junk of [undefined, '', 'x', `${made[0]}x`, `${'a'.repeat(42)}'`])
    assert.equal(isToken(junk), false)
})

test('the stored hash does not give the token away and is stable', () => {
  // printf gatehouse | sha256sum
  assert.equal(
    tokenHash('gatehouse'),
    '8420d30b644564f4d7bff4a9d5ce2fa7c10cd07b1e0149b75c5b55fce1181b25',
  )
  assert.match(tokenHash(newToken()), /^[0-9a-f]{64}$/)
})

test('a derived token depends on the token and on the purpose', () => {
  const token = newToken()
  assert.equal(derivedToken(token, 'csrf'), derivedToken(token, 'csrf'))
  assert.notEqual(derivedToken(token, 'csrf'), derivedToken(token, 'other'))
  assert.notEqual(derivedToken(token, 'csrf'), derivedToken(newToken(), 'csrf'))
})

test('isSameToken() compares texts of any length', () => {
  assert.equal(isSameToken('abc', 'abc'), true)
  assert.equal(isSameToken('abc', 'abd'), false)
  assert.equal(isSameToken('abc', 'abcd'), false)
})

test('a token of a program says by its beginning what it is, and is none for a cookie', () => {
  const token = newBearerToken()
  assert.match(token, /^gh_[\w-]{43}$/)
  assert.equal(isBearerToken(token), true)
  assert.equal(isToken(token), false)
  for (const junk of ['', 'gh_', newToken(), `${token}x`, `GH_${newToken()}`])
    assert.equal(isBearerToken(junk), false)
})
