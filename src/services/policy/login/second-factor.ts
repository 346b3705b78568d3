/** The second factor of users: begun, confirmed, asked for at a login. Each code counts once. */
import type { Clock } from '#base/clock.ts'
import { newTotpSecret, totpStepOf, totpUri } from '#parts/identity/totp.ts'
import { openSeal, type Seal } from '#parts/identity/totp-seal.ts'
import type { Database } from '#parts/records/database.ts'
import type { User } from '#parts/records/users.ts'
import { spendTotpStep } from '#parts/records/users-totp.ts'
import { policyFaults } from '../faults.ts'
import { loginLimit } from './login-limit.ts'

export type SecondFactor = {
  /** A new secret: `sealed` for the records, the rest for the user, once. */
  begin(user: User): { readonly secret: string; readonly uri: string; readonly sealed: string }
  /** What the records need to make the waiting secret count. Throws `policy.totp_wrong`, `policy.totp_not_begun`. */
  confirm(
    user: User,
    code: string,
  ): { readonly totp_secret: string; readonly totp_used_step: number }
  /** The code is used up when it is right. Throws `policy.totp_wrong`, `policy.too_many_logins`. */
  check(user: User, code: string): Promise<void>
}

/** A secret that was shown and never confirmed is forgotten after this. */
const pending_ms = 15 * 60_000
/**
 * Whoever comes so far knows the password. A code is one of a million, three of them count at a time: with ten tries an
 * hour a stranger needs years, and only somebody with the password can make the user wait.
 */
const per_user = { failures: 10, window_ms: 3_600_000 }

export function secondFactor(
  database: Database,
  about: { readonly key_path: string; readonly node: string },
  clock: Clock,
): SecondFactor {
  const tries = loginLimit(clock, per_user)
  let opened: Seal | undefined
  // Opened when needed: a key file that is broken must not keep others out.
  const seal = () => {
    opened ??= openSeal(about.key_path)
    return opened
  }

  return {
    begin(user) {
      const secret = newTotpSecret()
      const uri = totpUri(secret, user.username, about.node)
      return { secret, uri, sealed: seal().seal(secret, user.id) }
    },
    confirm(user, code) {
      const { totp_pending, totp_pending_at } = user
      const since_ms = clock.now() - Date.parse(totp_pending_at ?? '')
      if (totp_pending === null || !(since_ms < pending_ms)) throw policyFaults.totp_not_begun({})
      const step = totpStepOf(seal().open(totp_pending, user.id), code, clock.now())
      if (step === undefined) throw policyFaults.totp_wrong({})
      return { totp_secret: totp_pending, totp_used_step: step }
    },
    async check(user, code) {
      if (user.totp_secret === null) return
      const tried = tries.attempt(user.id)
      if (tried.wait_ms > 0) {
        throw policyFaults.too_many_logins({ retry_after_s: Math.ceil(tried.wait_ms / 1000) })
      }
      const step = totpStepOf(seal().open(user.totp_secret, user.id), code, clock.now())
      if (step === undefined || !(await spendTotpStep(database, user.id, step))) {
        throw policyFaults.totp_wrong({})
      }
      tried.forgive()
    },
  }
}
