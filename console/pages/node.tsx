/** ★ One node: its status fields, what it enforces, its workers and upstreams; and what may be done with it. */
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { type ListedNode, nodesQuery } from '../queries/nodes.ts'
import { Empty } from '../ui/empty.tsx'
import { Icon } from '../ui/icon.tsx'
import { ProblemView } from '../ui/problem-view.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { nodeWords as text } from '../words/nodes.ts'
import { words } from '../words.ts'
import { Panel } from './attack/panel.tsx'
import { NodeActions } from './node/node-actions.tsx'
import { Enforced, Identity, Numbers, StatusFields } from './node/node-panels.tsx'
import { Upstreams, Workers } from './node/node-tables.tsx'
import { RoleTags } from './nodes/node-facts.tsx'

const route = getRouteApi('/nodes/$id')

export function NodePage() {
  const { id } = route.useParams()
  const { data, error, refetch } = useQuery(nodesQuery)
  const node = data?.nodes.find((one) => one.id === id)
  return (
    <>
      <Link
        to="/nodes"
        className="touch -ml-1 mb-2 inline-flex h-8 items-center gap-1 rounded-md px-1 text-ink-2 text-sm hover:text-ink"
      >
        <Icon name="left" size={14} />
        {text.back}
      </Link>
      {error && <ProblemView error={error} onRetry={refetch} />}
      {!data && !error && <Skeleton lines={8} label={words.overview.loading} />}
      {data && !node && (
        <>
          <h1 className="sr-only">{text.gone}</h1>
          <Empty icon="nodes" title={text.gone} text={text.gone_text} />
        </>
      )}
      {node && <NodeView node={node} />}
    </>
  )
}

function NodeView({ node }: { readonly node: ListedNode }) {
  return (
    <>
      <title>{`${node.name} · ${words.product}`}</title>
      <header className="mb-4 flex flex-wrap items-start justify-between gap-3">
        <div>
          <h1 className="font-semibold text-2xl tracking-tight">{node.name}</h1>
          <div className="mt-1 flex flex-wrap items-center gap-2">
            <RoleTags roles={node.roles} />
            <span className="text-ink-2">{node.group || text.no_group}</span>
          </div>
        </div>
        <NodeActions node={node} />
      </header>
      {node.refusal && (
        <section
          aria-label={text.refusal}
          className="panel mb-4 flex items-start gap-2.5 border-l-4 border-l-blocked p-4"
        >
          <span className="mt-0.5 text-blocked">
            <Icon name="refused" size={18} />
          </span>
          <div className="min-w-0">
            <p className="font-semibold">{text.refusal}</p>
            <p className="break-words">{node.refusal.message}</p>
            <p className="label font-mono">{node.refusal.code}</p>
          </div>
        </section>
      )}
      <div className="grid items-start gap-4 lg:grid-cols-2 xl:grid-cols-3">
        <Panel title={text.status}>
          <StatusFields node={node} />
        </Panel>
        <Panel title={text.enforced}>
          <Enforced node={node} />
        </Panel>
        <Panel title={text.identity}>
          <Identity node={node} />
        </Panel>
        <Panel title={text.numbers}>
          <Numbers node={node} />
        </Panel>
        <Panel title={text.upstreams}>
          <Upstreams node={node} />
        </Panel>
        <Panel title={text.workers}>
          <Workers node={node} />
        </Panel>
      </div>
    </>
  )
}
