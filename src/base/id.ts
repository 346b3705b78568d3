/** Identifiers that sort by time. */
import { randomBytes } from 'node:crypto'

const pool = { bytes: randomBytes(0), at: 0 }

/** A UUID of version 7 (RFC 9562, section 5.7): 48 bits of milliseconds, then 74 random bits. */
export function uuidv7(now_ms: number): string {
  if (pool.at + 10 > pool.bytes.length) {
    pool.bytes = randomBytes(5120)
    pool.at = 0
  }
  const random = pool.bytes.toString('hex', pool.at, pool.at + 10)
  pool.at += 10
  const time = Math.trunc(now_ms).toString(16).padStart(12, '0')
  const variant = (8 + (Number.parseInt(random.charAt(3), 16) & 3)).toString(16)
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-${variant}${random.slice(4, 7)}-${random.slice(7, 19)}`
}
