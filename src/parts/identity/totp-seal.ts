/**
 * Secrets of second factors as the database keeps them: sealed, so that a copy of it makes no codes. The key is a file
 * of the policy server (AES-256-GCM, NIST SP 800-38D).
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { messageOf } from '#base/fault.ts'
import { replaceFile } from './disk/whole-files.ts'
import { identityFaults } from './faults.ts'

const key_bytes = 32
const nonce_bytes = 12
const tag_bytes = 16

export type Seal = {
  /** `owner` is bound in: what was sealed for one cannot be opened as another's. */
  seal(secret: string, owner: string): string
  /** Throws `identity.seal_broken` when the key is another one or the text was changed. */
  open(sealed: string, owner: string): string
}

/** Makes the key when there is none. Throws `identity.seal_key_unreadable`. */
export function openSeal(path: string): Seal {
  const key = keyIn(path)
  return {
    seal(secret, owner) {
      const nonce = randomBytes(nonce_bytes)
      const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tag_bytes })
      cipher.setAAD(Buffer.from(owner))
      const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
      return Buffer.concat([nonce, text, cipher.getAuthTag()]).toString('base64url')
    },
    open(sealed, owner) {
      const bytes = Buffer.from(sealed, 'base64url')
      try {
        const nonce = bytes.subarray(0, nonce_bytes)
        const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tag_bytes })
        decipher.setAAD(Buffer.from(owner))
        decipher.setAuthTag(bytes.subarray(-tag_bytes))
        const text = decipher.update(bytes.subarray(nonce_bytes, -tag_bytes))
        return Buffer.concat([text, decipher.final()]).toString('utf8')
      } catch (cause) {
        throw identityFaults.seal_broken({ path }, { cause })
      }
    },
  }
}

function keyIn(path: string): Buffer {
  try {
    const known = readKey(path)
    if (known) return known
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    replaceFile(path, `${randomBytes(key_bytes).toString('base64url')}\n`)
    const made = readKey(path)
    if (made) return made
    throw new Error('it is gone again')
  } catch (cause) {
    throw identityFaults.seal_key_unreadable({ path, reason: messageOf(cause) }, { cause })
  }
}

/** Undefined when there is no file. */
function readKey(path: string): Buffer | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  const bytes = Buffer.from(text.trim(), 'base64url')
  if (bytes.length !== key_bytes) throw new Error(`it does not hold ${key_bytes} bytes`)
  return bytes
}
