/** Bearer tokens (RFC 6750) of programs: who holds one, with the rights that its owner has now. */
import type { Clock } from '#base/clock.ts'
import type { Role } from '#model/user.ts'
import { isBearerToken, tokenHash } from '#parts/identity/tokens.ts'
import type { Database } from '#parts/records/database.ts'
import { findToken, getToken, type Token, touchToken } from '#parts/records/tokens.ts'
import { policyFaults } from '../faults.ts'
import type { Who } from '../handler.ts'
import type { Logins } from './logins.ts'
import { lowerOf } from './roles.ts'

export type Tokens = {
  /**
   * Throws `policy.token_wrong` when it is none of ours, expired, or its owner may not have it any more;
   * `policy.too_many_logins` when that happens too often from one address.
   */
  find(token: string, address: string): Promise<Who>
  /** Does it still hold? For streams that outlive the check at their start. */
  isAlive(id: string): Promise<boolean>
}

/** How exactly "last used" is kept: a write per call would cost more than it tells. */
const touch_every_ms = 60_000
/** What a token without end tells as its end. */
const endless_ms = 86_400_000

export function tokens(
  database: Database,
  logins: Pick<Logins, 'countFailure'>,
  clock: Clock,
): Tokens {
  const roleNow = (token: Token | undefined): Role | undefined => {
    if (!token || endOf(token, Infinity) <= clock.now()) return undefined
    return roleOf(token)
  }
  return {
    async find(text, address) {
      const token = isBearerToken(text) ? await findToken(database, tokenHash(text)) : undefined
      const role = roleNow(token)
      if (!token || !role) {
        // Only failures count: nobody guesses 256 bits, and a neighbour's old token must not stop a good one.
        logins.countFailure(address)
        throw policyFaults.token_wrong({})
      }
      const now = clock.now()
      if (now - Date.parse(token.last_used_at ?? token.created_at) >= touch_every_ms) {
        await touchToken(database, token.id, new Date(now).toISOString())
      }
      return {
        kind: 'token',
        username: token.username ?? 'local',
        role,
        csrf_token: '',
        must_change_password: token.must_change_password ?? false,
        has_totp: false,
        expires_at_ms: endOf(token, now + endless_ms),
        token: { id: token.id, name: token.name, user_id: token.user_id },
      }
    },
    isAlive: async (id) => roleNow(await getToken(database, id)) !== undefined,
  }
}

function endOf(token: Token, endless: number): number {
  return token.expires_at === null ? endless : Date.parse(token.expires_at)
}

/** Undefined when the owner is no longer one who may have such a token. Pure. */
export function roleOf(token: Pick<Token, 'kind' | 'role' | 'owner_role'>): Role | undefined {
  // Made through the local socket: it belongs to whoever owns this machine.
  if (token.owner_role === null) return token.role
  if (token.kind === 'deploy') return token.owner_role === 'administrator' ? 'deploy' : undefined
  return lowerOf(token.role, token.owner_role)
}
