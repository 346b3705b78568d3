/** Who makes a call, and may they? Runs before the body is read. */
import type { FastifyRequest } from 'fastify'
import { Fault } from '#base/fault.ts'
import type { Contract } from '#model/api/contract.ts'
import type { Role } from '#model/user.ts'
import { isSameToken } from '#parts/identity/tokens.ts'
import { policyFaults } from '../faults.ts'
import type { Who } from '../handler.ts'
import type { Sessions } from '../login/sessions.ts'

const ranks: Readonly<Record<Role, number>> = { viewer: 1, analyst: 2, administrator: 3 }

/** Whoever may open the socket owns this machine's Gatehouse. */
export function localWho(now_ms: number): Who {
  return {
    kind: 'local',
    username: 'local',
    role: 'administrator',
    csrf_token: '',
    must_change_password: false,
    expires_at_ms: now_ms + 86_400_000,
  }
}

/** The holder of the session cookie. Nobody is fine for a public call, also while the database is away. */
export async function findWho(
  contract: Contract,
  token: string | undefined,
  sessions: Sessions,
): Promise<Who | undefined> {
  try {
    return await sessions.find(token)
  } catch (error) {
    if (contract.access === 'public' && error instanceof Fault) return undefined
    throw error
  }
}

/** Throws `policy.login_needed`, `policy.csrf_token_wrong`, `policy.password_must_change`, `policy.role_too_low`. */
export function admit(contract: Contract, who: Who | undefined, request: FastifyRequest): void {
  const { access } = contract
  if (access === 'public') return
  if (!who) throw policyFaults.login_needed({})
  if (who.kind === 'session' && !isSafe(request.method)) {
    const token = request.headers['x-csrf-token']
    if (typeof token !== 'string' || !isSameToken(token, who.csrf_token)) {
      throw policyFaults.csrf_token_wrong({})
    }
  }
  if (access === 'session') return
  if (who.must_change_password) throw policyFaults.password_must_change({})
  if (ranks[who.role] < ranks[access]) {
    throw policyFaults.role_too_low({ role: who.role, needed: access })
  }
}

/** RFC 9110, section 9.2.1. */
export function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
}
