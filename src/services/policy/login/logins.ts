/** Names and passwords: checked in the same time whether the user exists or not, and not too often. */
import { networkRange } from '#base/address.ts'
import type { Clock } from '#base/clock.ts'
import { isOutdated, oneTimePassword, type Passwords } from '#parts/identity/passwords.ts'
import type { Database } from '#parts/records/database.ts'
import { findUser, setPassword, type User } from '#parts/records/users.ts'
import { policyFaults } from '../faults.ts'
import { type LoginLimit, loginLimit } from './login-limit.ts'

export type Logins = {
  /** Throws `policy.login_failed`, `policy.too_many_logins`, `identity.busy`. */
  check(username: string, password: string, address: string): Promise<User>
  /** The new password is in force; the user chose it. Throws `policy.password_wrong`, `policy.password_unfit`. */
  change(username: string, current: string, next: string, address: string): Promise<User>
  /** A one-time password is in force, to be changed at the next login. */
  reset(user: User): Promise<string>
}

/** One address has few users; many addresses may be after one user, who must not be locked out by the first of them. */
const per_address = { failures: 10, window_ms: 5 * 60_000 }
const per_user = { failures: 30, window_ms: 5 * 60_000 }

export function logins(database: Database, passwords: Passwords, clock: Clock): Logins {
  const by_address = loginLimit(clock, per_address)
  const by_user = loginLimit(clock, per_user)

  /** Throws `policy.too_many_logins`. */
  function attempt(limit: LoginLimit, key: string) {
    const attempted = limit.attempt(key)
    if (attempted.wait_ms === 0) return attempted
    throw policyFaults.too_many_logins({ retry_after_s: Math.ceil(attempted.wait_ms / 1000) })
  }

  /** The user whose password it is, undefined when it is wrong. */
  async function known(username: string, password: string, address: string) {
    const at_address = attempt(by_address, networkOf(address))
    // Not counted for the user when the address is refused: one address must not lock a user out everywhere.
    const at_user = attempt(by_user, username.toLowerCase())
    const forgive = () => {
      at_address.forgive()
      at_user.forgive()
    }
    try {
      const user = await findUser(database, username)
      if (!(await passwords.verify(user?.password_hash, password))) return undefined
      forgive()
      return user
    } catch (error) {
      // A database that is away must not lock people out.
      forgive()
      throw error
    }
  }

  async function store(user: User, password: string): Promise<User> {
    const next = {
      password_hash: await passwords.hash(password),
      must_change_password: false,
      password_changed_at: new Date(clock.now()).toISOString(),
    }
    await setPassword(database, user.id, next)
    return { ...user, ...next }
  }

  return {
    async check(username, password, address) {
      const user = await known(username, password, address)
      if (!user) throw policyFaults.login_failed({})
      const { must_change_password, password_changed_at } = user
      if (isOutdated(user.password_hash)) {
        const password_hash = await passwords.hash(password)
        await setPassword(database, user.id, {
          password_hash,
          must_change_password,
          password_changed_at,
        })
      }
      return user
    },
    async reset(user) {
      const password = oneTimePassword()
      await setPassword(database, user.id, {
        password_hash: await passwords.hash(password),
        must_change_password: true,
        password_changed_at: new Date(clock.now()).toISOString(),
      })
      return password
    },
    async change(username, current, next, address) {
      const user = await known(username, current, address)
      if (!user) throw policyFaults.password_wrong({})
      const reason = unfit(username, current, next)
      if (reason) throw policyFaults.password_unfit({ reason })
      return store(user, next)
    },
  }
}

/** Length is in the contract; this is what length does not see. */
function unfit(username: string, current: string, next: string): string | undefined {
  if (next === current) return 'it is the same as before'
  if (next.toLowerCase().includes(username.toLowerCase())) return 'it contains the user name'
  if (new Set(next).size < 5) return 'it repeats a few characters'
  return undefined
}

/** One household of IPv6 is a /64 (RFC 6177): its addresses count together. */
function networkOf(address: string): string {
  if (!address.includes(':')) return address
  return String(networkRange(`${address}/64`)?.[0] ?? address)
}
