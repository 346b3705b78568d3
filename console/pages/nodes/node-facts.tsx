import type { NodeRole } from '#model/node-role.ts'
import { micros } from '../../format/number.ts'
import { timeAgo } from '../../format/time.ts'
import type { ListedNode } from '../../queries/nodes.ts'
import { Tag } from '../../ui/badge.tsx'
import { nodeWords as text } from '../../words/nodes.ts'

export function RoleTags({ roles }: { readonly roles: readonly NodeRole[] }) {
  return (
    <span className="flex flex-wrap gap-1">
      {roles.map((role) => (
        <Tag key={role}>{text.roles[role]}</Tag>
      ))}
    </span>
  )
}

/** Name of the bundle, its age, and how long the node took for it. */
export function Bundle({ node }: { readonly node: ListedNode }) {
  if (node.bundle === '') return <span className="label">{text.no_bundle}</span>
  const since = node.status?.bundle_applied_at
  const facts = [
    since && timeAgo(Date.parse(since), Date.now()),
    node.took_ms !== null && text.took(micros(node.took_ms * 1000)),
  ]
  return (
    <>
      <code className="block whitespace-nowrap text-sm">{node.bundle}</code>
      <span className="label block whitespace-nowrap">{facts.filter(Boolean).join(', ')}</span>
    </>
  )
}
