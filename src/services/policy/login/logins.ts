/** Names and passwords: checked in the same time whether the user exists or not, and not too often. */
import { networkOf } from '#base/address.ts'
import type { Clock } from '#base/clock.ts'
import { isOutdated, oneTimePassword, type Passwords } from '#parts/identity/passwords.ts'
import type { Database } from '#parts/records/database.ts'
import { findUser, setPassword, type User } from '#parts/records/users.ts'
import { policyFaults } from '../faults.ts'
import { type LoginLimit, loginLimit } from './login-limit.ts'
import type { SecondFactor } from './second-factor.ts'

export type Logins = {
  /**
   * Throws `policy.login_failed`, `policy.totp_needed`, `policy.totp_wrong`, `policy.too_many_logins`, `identity.busy`.
   * Of the second factor it speaks only to who knows the password.
   */
  check(
    username: string,
    password: string,
    totp: string | undefined,
    address: string,
  ): Promise<User>
  /** Is it really the user? Throws `policy.password_wrong`, `policy.too_many_logins`, `identity.busy`. */
  confirm(username: string, password: string, address: string): Promise<User>
  /** What the records keep of a password that a user chose. Throws also `policy.password_unfit`. */
  change(
    username: string,
    current: string,
    next: string,
    address: string,
  ): Promise<{ readonly user: User; readonly kept: KeptPassword }>
  /** A password to be changed at the next login, and what the records keep of it. */
  oneTime(): Promise<{ readonly password: string; readonly kept: KeptPassword }>
  /** Something else than a password was wrong (a token). Throws `policy.too_many_logins`. */
  countFailure(address: string): void
}

/** For `setPassword`. */
export type KeptPassword = {
  readonly password_hash: string
  readonly must_change_password: boolean
  readonly password_changed_at: string | null
}

/** One address has few users; many addresses may be after one user, who must not be locked out by the first of them. */
const per_address = { failures: 10, window_ms: 5 * 60_000 }
const per_user = { failures: 30, window_ms: 5 * 60_000 }

export function logins(
  database: Database,
  passwords: Passwords,
  second_factor: SecondFactor,
  clock: Clock,
): Logins {
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

  async function kept(password: string, must_change_password: boolean): Promise<KeptPassword> {
    return {
      password_hash: await passwords.hash(password),
      must_change_password,
      password_changed_at: new Date(clock.now()).toISOString(),
    }
  }

  async function confirm(username: string, password: string, address: string): Promise<User> {
    const user = await known(username, password, address)
    if (!user) throw policyFaults.password_wrong({})
    return user
  }

  async function renewOutdated(user: User, password: string): Promise<User> {
    if (!isOutdated(user.password_hash)) return user
    const { must_change_password, password_changed_at } = user
    const password_hash = await passwords.hash(password)
    const next = { password_hash, must_change_password, password_changed_at }
    // Never in the place of a password that was set meanwhile.
    const is_renewed = await setPassword(database, user.id, next, user.password_hash)
    return is_renewed ? { ...user, password_hash } : user
  }

  return {
    async check(username, password, totp, address) {
      const user = await known(username, password, address)
      if (!user) throw policyFaults.login_failed({})
      if (user.totp_secret !== null) {
        if (totp === undefined) throw policyFaults.totp_needed({})
        const at_address = attempt(by_address, networkOf(address))
        await second_factor.check(user, totp)
        at_address.forgive()
      }
      return renewOutdated(user, password)
    },
    confirm,
    async change(username, current, next, address) {
      const user = await confirm(username, current, address)
      const reason = unfit(username, current, next)
      if (reason) throw policyFaults.password_unfit({ reason })
      return { user, kept: await kept(next, false) }
    },
    async oneTime() {
      const password = oneTimePassword()
      return { password, kept: await kept(password, true) }
    },
    countFailure: (address) => void attempt(by_address, networkOf(address)),
  }
}

/** Length is in the contract; this is what length does not see. */
function unfit(username: string, current: string, next: string): string | undefined {
  if (next === current) return 'it is the same as before'
  if (next.toLowerCase().includes(username.toLowerCase())) return 'it contains the user name'
  if (new Set(next).size < 5) return 'it repeats a few characters'
  return undefined
}
