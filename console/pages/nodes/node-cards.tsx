import { Link } from '@tanstack/react-router'
import { rate } from '../../format/number.ts'
import type { ListedNode } from '../../queries/nodes.ts'
import { When } from '../../ui/when.tsx'
import { nodeWords as text } from '../../words/nodes.ts'
import { Bundle, RoleTags } from './node-facts.tsx'
import type { NodeGroupView } from './node-groups.ts'
import { CommittingState, ConnectionState, ReplicationState, SyncState } from './node-states.tsx'
import { GroupName } from './node-table.tsx'

/** The nodes for narrow screens. */
export function NodeCards({ groups }: { readonly groups: readonly NodeGroupView<ListedNode>[] }) {
  return groups.map((group) => (
    <section key={group.name} className="mb-4">
      <h2 className="mb-2 font-medium text-sm">
        <GroupName group={group} />
      </h2>
      <ul className="grid gap-2 lg:grid-cols-2">
        {group.nodes.map((node) => (
          <li key={node.id}>
            <Card node={node} />
          </li>
        ))}
      </ul>
    </section>
  ))
}

function Card({ node }: { readonly node: ListedNode }) {
  const { columns } = text
  return (
    <article className="panel relative px-3 py-3 focus-within:border-accent">
      <header className="mb-3 flex flex-wrap items-start justify-between gap-2">
        <div className="min-w-0">
          <h3 className="font-semibold">
            <Link to="/nodes/$id" params={{ id: node.id }} className="after:absolute after:inset-0">
              {node.name}
            </Link>
          </h3>
          <p className="label break-all font-mono">
            {node.address} · {node.version}
          </p>
        </div>
        <RoleTags roles={node.roles} />
      </header>
      <dl className="grid grid-cols-2 gap-x-4 gap-y-2">
        <Fact label={columns.sync}>
          <SyncState node={node} />
        </Fact>
        <Fact label={columns.connection}>
          <ConnectionState node={node} />
        </Fact>
        <Fact label={columns.committing}>
          <CommittingState node={node} />
        </Fact>
        <Fact label={columns.replication}>
          <ReplicationState node={node} />
        </Fact>
        <Fact label={columns.last}>
          {node.last_connection_at ? <When at={node.last_connection_at} /> : text.never}
        </Fact>
        <Fact label={columns.rps}>{rate(node.requests_per_s)}</Fact>
        <div className="col-span-2">
          <dt className="label">{columns.bundle}</dt>
          <dd>
            <Bundle node={node} />
          </dd>
        </div>
      </dl>
    </article>
  )
}

function Fact({ label, children }: { readonly label: string; readonly children: React.ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="label">{label}</dt>
      <dd className="text-sm">{children}</dd>
    </div>
  )
}
