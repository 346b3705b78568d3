/** Opaque tokens: 256 random bits that say nothing; the database keeps only their hash. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

const shape = /^[A-Za-z0-9_-]{43}$/

/** A new token, 43 characters that fit a cookie or a header. */
export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

/** True when the text could be a token of ours; saves the database a question about junk. */
export function isToken(text: string | undefined): text is string {
  return text !== undefined && shape.test(text)
}

/** So that scanners of code and logs know one that leaked. */
const bearer_prefix = 'gh_'

/** A token for a program: `gh_` and 43 characters. */
export function newBearerToken(): string {
  return `${bearer_prefix}${newToken()}`
}

export function isBearerToken(text: string): boolean {
  return text.startsWith(bearer_prefix) && isToken(text.slice(bearer_prefix.length))
}

/** What is stored instead of the token. A plain hash is enough: there is nothing to guess in 256 bits. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/** A second token for one purpose that only the holder of the first can make; nothing more to store. */
export function derivedToken(token: string, purpose: string): string {
  return createHmac('sha256', token).update(purpose).digest('base64url')
}

/** Equality that takes the same time wherever the difference is. */
export function isSameToken(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(tokenHash(a)), Buffer.from(tokenHash(b))]
  return timingSafeEqual(left, right)
}
