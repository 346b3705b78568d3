/** ★ Nodes: who is in the cluster, how each of them is, and how another one joins. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { nodesQuery } from '../queries/nodes.ts'
import { policyQuery } from '../queries/policy.ts'
import { useMay } from '../session/may.ts'
import { Button } from '../ui/button.tsx'
import { Empty } from '../ui/empty.tsx'
import { Icon } from '../ui/icon.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { ProblemView } from '../ui/problem-view.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { useIsWide } from '../ui/use-is-wide.ts'
import { nodeWords as text } from '../words/nodes.ts'
import { words } from '../words.ts'
import { AddNode } from './nodes/add-node.tsx'
import { NodeCards } from './nodes/node-cards.tsx'
import { groupNodes } from './nodes/node-groups.ts'
import { NodeTable } from './nodes/node-table.tsx'
import { OpenInvites } from './nodes/open-invites.tsx'
import { groupsIn } from './policy/document.ts'

const invite_command = 'gatehouse node invite --roles edge'

export function NodesPage() {
  const { data, error, refetch } = useQuery(nodesQuery)
  const { data: policy } = useQuery({ ...policyQuery, retry: false })
  const [is_adding, setAdding] = useState(false)
  const may = useMay()
  const is_wide = useIsWide()
  const groups = groupNodes(data?.nodes ?? [], groupsIn(policy?.document))
  return (
    <>
      <PageHeader title={text.title} lead={text.lead}>
        {may('administrator') && (
          <Button look="primary" onClick={() => setAdding(true)}>
            <Icon name="plus" size={14} />
            {text.add}
          </Button>
        )}
      </PageHeader>
      {error && <ProblemView error={error} onRetry={refetch} />}
      {!data && !error && <Skeleton lines={6} label={words.overview.loading} />}
      {data?.nodes.length === 0 && (
        <Empty
          icon="nodes"
          title={text.empty_title}
          text={text.empty_text}
          commands={[invite_command]}
        />
      )}
      {groups.length > 0 &&
        (is_wide ? <NodeTable groups={groups} /> : <NodeCards groups={groups} />)}
      <OpenInvites />
      {is_adding && <AddNode onClose={() => setAdding(false)} />}
    </>
  )
}
