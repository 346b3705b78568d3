import { useQueryClient } from '@tanstack/react-query'
import type { AttackQuery } from '#model/attack-query.ts'
import { attacksQuery } from '../../queries.ts'

/** Clients of the attacks on the page, newest first: likely to be wanted as a condition. */
export function useSeenClients(query: AttackQuery): readonly string[] {
  const data = useQueryClient().getQueryData(attacksQuery(query).queryKey)
  const attacks = data?.pages.flatMap((page) => page.items) ?? []
  return [...new Set(attacks.map((attack) => attack.client))]
}
