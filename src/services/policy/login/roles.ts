/** Who may do what: a ladder of roles, and beside it those that a contract names. */
import type { Contract } from '#model/api/contract.ts'
import type { Role } from '#model/user.ts'

/** deploy is not on the ladder: it may do only what names it. */
const ranks: Readonly<Record<Role, number>> = { deploy: 0, viewer: 1, analyst: 2, administrator: 3 }

/** Of a call that is neither public nor for every session. Pure. */
export function mayCall(role: Role, { access, also }: Pick<Contract, 'access' | 'also'>): boolean {
  if (access === 'public' || access === 'session') return true
  return ranks[role] >= ranks[access] || also?.includes(role) === true
}

/** The weaker of two roles of the ladder. */
export function lowerOf(a: Role, b: Role): Role {
  return ranks[a] < ranks[b] ? a : b
}
