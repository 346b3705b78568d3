import type { QueryClient } from '@tanstack/react-query'
import { draftsQuery, historyQuery, policyQuery, rolloutQuery } from '../../queries/policy.ts'

/** After a commit: everything that shows the newest one. */
export function rereadPolicy(client: QueryClient): void {
  for (const { queryKey } of [policyQuery, historyQuery, rolloutQuery, draftsQuery]) {
    void client.invalidateQueries({ queryKey })
  }
  void client.invalidateQueries({ queryKey: ['sites'] })
}
