import { useQuery } from '@tanstack/react-query'
import { formatAttackQuery, type QueryToken } from '#model/attack-query.ts'
import { attackTypeNames, attackTypes } from '#model/attack-type-names.ts'
import { useRereadOnAttacks } from '../../live/live.tsx'
import { type GroupBy, groupsQuery } from '../../queries.ts'
import { Empty } from '../../ui/empty.tsx'
import { ProblemView } from '../../ui/problem-view.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { words } from '../../words.ts'
import type { FilterProps } from '../attacks.tsx'
import { addTyped } from './edit-tokens.ts'
import { GroupTable } from './group-table.tsx'

type Props = FilterProps & {
  readonly by: GroupBy
  readonly onOpen: (tokens: readonly QueryToken[]) => void
}

/** Attacks counted by one of their words; a row leads to the attacks it counts. */
export function GroupList({ tokens, query, by, onOpen }: Props) {
  const { data, error, refetch } = useQuery(groupsQuery(query, by))
  useRereadOnAttacks(groupsQuery(query, by).queryKey)
  if (error) return <ProblemView error={error} onRetry={refetch} />
  if (!data) return <Skeleton lines={8} label={words.overview.loading} />
  if (data.groups.length === 0) {
    const { none_title, none_text } = words.attacks
    return <Empty icon="search" title={none_title} text={none_text} />
  }
  const open = (value: string) => onOpen(addTyped(tokens, formatAttackQuery([{ key: by, value }])))
  return <GroupTable groups={data.groups} by={by} labelOf={labelOf} onOpen={open} />
}

function labelOf(key: string): string {
  const type = attackTypes.find((t) => t === key)
  return type === undefined ? key : attackTypeNames[type]
}
