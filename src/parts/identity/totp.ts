/** Second factors by time (RFC 6238: SHA-1, 6 digits, 30 s), as every authenticator knows them. The home of otpauth. */
import { Secret, TOTP } from 'otpauth'

const period_s = 30
/** Codes of the step before and after count too: clocks differ, and typing takes a while. */
const window_steps = 1
/** As long as the hash of HMAC-SHA-1 (RFC 4226, section 4). */
const secret_bytes = 20

/** Base32, for people who type it. */
export function newTotpSecret(): string {
  return new Secret({ size: secret_bytes }).base32
}

/** What an authenticator reads from a QR code. */
export function totpUri(secret: string, username: string, node: string): string {
  return totp(secret, `Gatehouse ${node}`, username).toString()
}

/** The time step whose code this is; undefined when it is none of now. Whether it was used before, the records know. */
export function totpStepOf(secret: string, code: string, now_ms: number): number | undefined {
  const one = totp(secret)
  const delta = one.validate({ token: code, timestamp: now_ms, window: window_steps })
  return delta === null ? undefined : one.counter({ timestamp: now_ms }) + delta
}

function totp(secret: string, issuer = '', label = ''): TOTP {
  return new TOTP({ secret, issuer, label, algorithm: 'SHA1', digits: 6, period: period_s })
}
