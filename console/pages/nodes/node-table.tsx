import { Link } from '@tanstack/react-router'
import { rate } from '../../format/number.ts'
import type { ListedNode } from '../../queries/nodes.ts'
import { Icon } from '../../ui/icon.tsx'
import { When } from '../../ui/when.tsx'
import { nodeWords as text } from '../../words/nodes.ts'
import { Bundle, RoleTags } from './node-facts.tsx'
import type { NodeGroupView } from './node-groups.ts'
import { CommittingState, ConnectionState, ReplicationState, SyncState } from './node-states.tsx'

const columns = [
  'name',
  'roles',
  'sync',
  'connection',
  'committing',
  'replication',
  'last',
  'bundle',
  'rps',
  'version',
] as const

type Props = { readonly groups: readonly NodeGroupView<ListedNode>[] }

/** Nodes under their groups, with the status fields that operators of such clusters know. */
export function NodeTable({ groups }: Props) {
  return (
    <div className="panel overflow-x-auto">
      <table className="w-full border-separate border-spacing-0 text-left">
        <caption className="sr-only">{text.title}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column}
                scope="col"
                className={`label border-line border-b px-3 py-2 font-medium ${column === 'rps' ? 'text-right' : ''}`}
              >
                {text.columns[column]}
              </th>
            ))}
          </tr>
        </thead>
        {groups.map((group) => (
          <tbody key={group.name}>
            {(groups.length > 1 || group.name !== '') && (
              <tr>
                <th
                  scope="rowgroup"
                  colSpan={columns.length}
                  className="border-line border-b bg-sunken/60 px-3 py-1.5 text-left font-medium text-sm"
                >
                  <GroupName group={group} />
                </th>
              </tr>
            )}
            {group.nodes.map((node) => (
              <Row key={node.id} node={node} />
            ))}
          </tbody>
        ))}
      </table>
    </div>
  )
}

export function GroupName({ group }: { readonly group: NodeGroupView<ListedNode> }) {
  return (
    <span className="flex items-center gap-1.5">
      {group.name === '' && text.no_group}
      {group.path.map((name, i) => (
        <span key={name} className="flex items-center gap-1.5">
          {i > 0 && (
            <span className="text-ink-3">
              <Icon name="right" size={10} />
            </span>
          )}
          <span className={i < group.path.length - 1 ? 'text-ink-3' : ''}>{name}</span>
        </span>
      ))}
      <span className="label ml-1">{text.count(group.nodes.length)}</span>
    </span>
  )
}

const cell = 'border-line border-b px-3 py-2 align-top'

function Row({ node }: { readonly node: ListedNode }) {
  return (
    <tr className="group relative focus-within:bg-accent-soft hover:bg-hover">
      <td className={cell}>
        <Link
          to="/nodes/$id"
          params={{ id: node.id }}
          className="font-medium after:absolute after:inset-0"
        >
          {node.name}
        </Link>
        <span className="label block whitespace-nowrap font-mono">{node.address}</span>
      </td>
      <td className={cell}>
        <RoleTags roles={node.roles} />
      </td>
      <td className={cell}>
        <SyncState node={node} />
      </td>
      <td className={cell}>
        <ConnectionState node={node} />
      </td>
      <td className={cell}>
        <CommittingState node={node} />
      </td>
      <td className={cell}>
        <ReplicationState node={node} />
      </td>
      <td className={`${cell} text-ink-2 text-sm`}>
        {node.last_connection_at ? <When at={node.last_connection_at} /> : text.never}
      </td>
      <td className={cell}>
        <Bundle node={node} />
      </td>
      <td className={`${cell} text-right`}>
        {rate(node.requests_per_s)}
        <span className="label block whitespace-nowrap">
          {text.blocked(rate(node.blocked_per_s))}
        </span>
      </td>
      <td className={`${cell} whitespace-nowrap font-mono text-sm`}>{node.version}</td>
    </tr>
  )
}
