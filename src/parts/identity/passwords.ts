/**
 * Passwords: hashed with argon2id, checked a few at a time, and made for a first login.
 * Source: OWASP Password Storage Cheat Sheet (argon2id: 19 MiB, 2 passes, 1 lane).
 */
import { randomInt } from 'node:crypto'
import { hash, parseOptions, verify } from '@node-rs/argon2'
import { identityFaults } from './faults.ts'

const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

/** Same cost as a real hash and no password fits it: an unknown user takes as long as a wrong password. */
const nobody = `$argon2id$v=19$m=19456,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`

export type Passwords = {
  /** A PHC string. Throws `identity.busy` when too many wait. */
  hash(password: string): Promise<string>
  /** False also for an undefined hash (an unknown user), in the same time. Throws `identity.busy`. */
  verify(hash: string | undefined, password: string): Promise<boolean>
}

/**
 * Hashing that cannot eat the machine: `at_once` hashes run (19 MiB and some 20 ms of one core each),
 * `waiting_max` wait, more are refused.
 */
export function passwords(limits = { at_once: 2, waiting_max: 32 }): Passwords {
  const waiting: (() => void)[] = []
  let running = 0

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (running >= limits.at_once) {
      if (waiting.length >= limits.waiting_max)
        throw identityFaults.busy({ waiting: waiting.length })
      // The one who leaves hands its place over: `running` stays as it is.
      await new Promise<void>((turn) => waiting.push(turn))
    } else running++
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }

  return {
    hash: (password) => inTurn(() => hash(normal(password), cost)),
    verify: (known, password) => inTurn(() => verify(known ?? nobody, normal(password))),
  }
}

/** True when a hash was made with less effort than we ask for today. */
export function isOutdated(known: string): boolean {
  const made = parseOptions(known)
  return made.memoryCost < cost.memoryCost || made.timeCost < cost.timeCost
}

/** The same letters typed on another keyboard are the same password (RFC 8265, section 4.2: NFC). */
function normal(password: string): string {
  return password.normalize('NFC')
}

/** Without the letters that people mix up: 0 o 1 l i. */
const letters = '23456789abcdefghjkmnpqrstuvwxyz'

/** A password that a person can read from a terminal and type: five groups of four, 99 bits. */
export function oneTimePassword(): string {
  const group = () => Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join('')
  return Array.from({ length: 5 }, group).join('-')
}
