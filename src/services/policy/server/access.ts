/** Who makes a call, and may they? Runs before the body is read. */
import type { FastifyRequest } from 'fastify'
import { Fault } from '#base/fault.ts'
import type { Contract } from '#model/api/contract.ts'
import { sessionApi } from '#model/api/session.ts'
import { isSameToken } from '#parts/identity/tokens.ts'
import { policyFaults } from '../faults.ts'
import type { Desk, Who } from '../handler.ts'
import { mayCall } from '../login/roles.ts'

/** Whoever may open the socket owns this machine's Gatehouse. */
export function localWho(now_ms: number): Who {
  return {
    kind: 'local',
    username: 'local',
    role: 'administrator',
    csrf_token: '',
    must_change_password: false,
    has_totp: false,
    expires_at_ms: now_ms + 86_400_000,
  }
}

/** What a request shows of its sender. */
export type Shown = {
  readonly is_local: boolean
  /** The session cookie. */
  readonly cookie: string | undefined
  readonly authorization: string | undefined
  readonly address: string
}

/**
 * A bearer token says who calls, also through the local socket; else the socket does, else the cookie. Nobody is fine
 * for a public call, also while the database is away.
 * Throws `policy.two_identities`, `policy.token_wrong`, `policy.too_many_logins`, `records.unavailable`.
 */
export async function findWho(
  contract: Contract,
  shown: Shown,
  desk: Pick<Desk, 'sessions' | 'tokens' | 'clock'>,
): Promise<Who | undefined> {
  const bearer = bearerOf(shown.authorization)
  // One of them may have been planted by somebody else: which one was meant?
  if (bearer !== undefined && shown.cookie !== undefined) throw policyFaults.two_identities({})
  if (contract.access === 'public') {
    if (shown.is_local || bearer !== undefined) return undefined
    try {
      return await desk.sessions.find(shown.cookie)
    } catch (error) {
      if (error instanceof Fault) return undefined
      throw error
    }
  }
  if (bearer !== undefined) return desk.tokens.find(bearer, shown.address)
  return shown.is_local ? localWho(desk.clock.now()) : desk.sessions.find(shown.cookie)
}

/** RFC 6750, section 2.1; names of schemes are known in any case (RFC 9110, section 11.1). */
function bearerOf(authorization: string | undefined): string | undefined {
  return /^bearer +(.*)$/i.exec(authorization ?? '')?.[1]?.trim()
}

/** Who came with a password that another one knows looks, changes it, or leaves: a second factor would be the other's. */
const before_own_password: ReadonlySet<string> = new Set([
  sessionApi['GET /api/v1/session'].id,
  sessionApi['DELETE /api/v1/session'].id,
  sessionApi['POST /api/v1/session/password'].id,
])

/** Throws `policy.login_needed`, `policy.csrf_token_wrong`, `policy.password_must_change`, `policy.role_too_low`. */
export function admit(contract: Contract, who: Who | undefined, request: FastifyRequest): void {
  const { access } = contract
  if (access === 'public') return
  if (!who) throw policyFaults.login_needed({})
  // No browser adds a bearer token by itself: only a cookie can be used by a page of somebody else.
  if (who.kind === 'session' && !isSafe(request.method)) {
    const token = request.headers['x-csrf-token']
    if (typeof token !== 'string' || !isSameToken(token, who.csrf_token)) {
      throw policyFaults.csrf_token_wrong({})
    }
  }
  if (who.must_change_password && !before_own_password.has(contract.id))
    throw policyFaults.password_must_change({})
  if (access === 'session') return
  if (!mayCall(who.role, contract)) {
    throw policyFaults.role_too_low({ role: who.role, needed: access })
  }
}

/** Does who opened a stream still hold what opened it? */
export function stillHolds(
  who: Who | undefined,
  desk: Pick<Desk, 'sessions' | 'tokens'>,
): Promise<boolean> {
  if (who?.session) return desk.sessions.isAlive(who.session.id_hash)
  if (who?.token) return desk.tokens.isAlive(who.token.id)
  return Promise.resolve(true)
}

/** RFC 9110, section 9.2.1. */
export function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
}
