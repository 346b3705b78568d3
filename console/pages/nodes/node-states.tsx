import type { NodeView } from '#model/node-view.ts'
import type { IconName } from '../../ui/icon.tsx'
import { State, type Tone } from '../../ui/state.tsx'
import { nodeWords as text } from '../../words/nodes.ts'

type Look = { readonly tone: Tone; readonly icon: IconName }
type Props = { readonly node: NodeView }

const sync = {
  in_sync: { tone: 'good', icon: 'check' },
  behind: { tone: 'warning', icon: 'clock' },
  refused: { tone: 'bad', icon: 'refused' },
  none: { tone: 'quiet', icon: 'minus' },
} as const satisfies Record<NodeView['sync_status'], Look>

const connection = {
  connected: { tone: 'good', icon: 'check' },
  disconnected: { tone: 'warning', icon: 'unplugged' },
  inactive: { tone: 'bad', icon: 'warning' },
  revoked: { tone: 'bad', icon: 'blocked' },
} as const satisfies Record<NodeView['connection_status'], Look>

const committing = {
  preparing_to_commit: { tone: 'busy', icon: 'sync' },
  committing_changes: { tone: 'busy', icon: 'play_circle' },
  stable: { tone: 'good', icon: 'check' },
} as const satisfies Record<NodeView['committing_status'], Look>

export function SyncState({ node }: Props) {
  return (
    <State
      {...sync[node.sync_status]}
      word={text.sync[node.sync_status]}
      {...(node.refusal ? { title: node.refusal.message } : {})}
    />
  )
}

export function ConnectionState({ node }: Props) {
  return (
    <State {...connection[node.connection_status]} word={text.connection[node.connection_status]} />
  )
}

export function CommittingState({ node }: Props) {
  return (
    <State {...committing[node.committing_status]} word={text.committing[node.committing_status]} />
  )
}

export function ReplicationState({ node }: Props) {
  return <State tone="quiet" icon="minus" word={text.replication[node.replication_status]} />
}
