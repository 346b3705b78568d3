import type { Role } from '#model/user.ts'
import { useSession } from './session-gate.tsx'

const ranks: Readonly<Record<Role, number>> = { deploy: 0, viewer: 1, analyst: 2, administrator: 3 }

/** Whether the user has a role or a higher one: what somebody may not do is not offered. The API decides all the same. */
export function useMay(): (needed: 'analyst' | 'administrator') => boolean {
  const { role } = useSession()
  return (needed) => ranks[role] >= ranks[needed]
}
