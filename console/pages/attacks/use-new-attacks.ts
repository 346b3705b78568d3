import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { Attack } from '#model/attack.ts'
import type { AttackQuery } from '#model/attack-query.ts'
import { useLiveAttacks } from '../../live/live.tsx'
import { attacksQuery } from '../../queries.ts'
import { matches } from './matches.ts'

/** More are not told apart: the pill says so many, and a plus. */
export const waiting_max = 999

/**
 * Attacks that came in since the list was read. Rows on the page take their new numbers in place; new rows wait until
 * asked for, so that nothing moves under the cursor. An empty list has no cursor and is read at once.
 */
export function useNewAttacks(query: AttackQuery): { count: number; show: () => void } {
  const client = useQueryClient()
  const { queryKey } = attacksQuery(query)
  const [waiting, setWaiting] = useState<ReadonlySet<string>>(new Set())
  // biome-ignore lint/correctness/useExhaustiveDependencies: another filter is another list
  useEffect(() => setWaiting(new Set()), [query])

  const show = () => {
    setWaiting(new Set())
    client.setQueryData(
      queryKey,
      (data) => data && { pages: data.pages.slice(0, 1), pageParams: data.pageParams.slice(0, 1) },
    )
    void client.invalidateQueries({ queryKey })
    void client.invalidateQueries({ queryKey: ['groups'] })
    scrollTo({ top: 0 })
  }
  useLiveAttacks((attacks) => {
    const data = client.getQueryData(queryKey)
    if (!data) return
    const known = new Set(data.pages.flatMap((page) => page.items.map((item) => item.id)))
    const fresh = attacks.filter((attack) => !known.has(attack.id) && matches(query, attack))
    const changed = new Map(attacks.filter((a) => known.has(a.id)).map((a) => [a.id, a]))
    if (changed.size > 0) client.setQueryData(queryKey, (old) => old && replaced(old, changed))
    if (fresh.length === 0) return
    if (known.size === 0) show()
    else setWaiting((before) => bounded([...before, ...fresh.map((attack) => attack.id)]))
  })
  return { count: waiting.size, show }
}

function bounded(ids: readonly string[]): ReadonlySet<string> {
  return new Set(ids.slice(0, waiting_max))
}

type Page = { items: Attack[]; next_cursor: string | null }

function replaced<T extends { pages: Page[] }>(data: T, changed: ReadonlyMap<string, Attack>): T {
  const pages = data.pages.map((page) => ({
    ...page,
    items: page.items.map((item) => changed.get(item.id) ?? item),
  }))
  return { ...data, pages }
}
