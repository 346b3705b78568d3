import type { ReactNode } from 'react'
import { compact, micros, rate, whole } from '../../format/number.ts'
import { duration } from '../../format/time.ts'
import type { ListedNode } from '../../queries/nodes.ts'
import { When } from '../../ui/when.tsx'
import { nodeWords as text } from '../../words/nodes.ts'
import {
  CommittingState,
  ConnectionState,
  ReplicationState,
  SyncState,
} from '../nodes/node-states.tsx'

type Props = { readonly node: ListedNode }

/** The fields under the names that operators know. */
export function StatusFields({ node }: Props) {
  const { columns } = text
  return (
    <Facts>
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
        {node.last_connection_at ? <When at={node.last_connection_at} is_full /> : text.never}
      </Fact>
      <Fact label={columns.rps}>
        {rate(node.requests_per_s)}, {text.blocked(rate(node.blocked_per_s))}
      </Fact>
    </Facts>
  )
}

export function Enforced({ node }: Props) {
  const { status } = node
  return (
    <Facts>
      <Fact label={text.columns.bundle}>
        <code className="font-mono">{node.bundle || text.no_bundle}</code>
        {node.took_ms !== null && (
          <span className="label ml-2">{text.took(micros(node.took_ms * 1000))}</span>
        )}
      </Fact>
      {status && (
        <>
          <Fact label={text.rule_set}>
            {status.rule_set}, {text.rules(whole(status.rules))}
          </Fact>
          <Fact label={text.applied}>
            <When at={status.bundle_applied_at} is_full />
          </Fact>
        </>
      )}
      <Fact label={text.lists}>{whole(node.lists_revision)}</Fact>
    </Facts>
  )
}

export function Identity({ node }: Props) {
  return (
    <Facts>
      <Fact label={text.id}>
        <code className="break-all font-mono">{node.id}</code>
      </Fact>
      <Fact label={text.address}>
        <code className="break-all font-mono">{node.address}</code>
      </Fact>
      <Fact label={text.columns.version}>
        <code className="font-mono">{node.version}</code>
      </Fact>
      <Fact label={text.protocol}>{node.protocol}</Fact>
      <Fact label={text.joined}>
        <When at={node.joined_at} is_full />
      </Fact>
      <Fact label={text.certificate}>
        <When at={node.certificate_expires_at} is_full />
      </Fact>
      <Fact label={text.skew}>{skewWords(node.clock_skew_ms)}</Fact>
    </Facts>
  )
}

export function Numbers({ node: { status } }: Props) {
  if (!status) return <p className="text-ink-2">{text.no_status}</p>
  const numbers = [
    [text.requests, status.requests],
    [text.attacks, status.attacks],
    [text.blocked_total, status.blocked],
    [text.abnormal, status.abnormal],
    [text.faults, status.faults],
    [text.upstream_errors, status.upstream_errors],
    [text.deferred, status.deferred],
    [text.lost, status.lost],
  ] as const
  return (
    <>
      <p className="label mb-2">
        {text.started} <When at={status.started_at} is_full />
      </p>
      <dl className="grid grid-cols-2 gap-x-4 gap-y-2 sm:grid-cols-4 lg:grid-cols-2 2xl:grid-cols-4">
        {numbers.map(([label, n]) => (
          <div key={label}>
            <dt className="label">{label}</dt>
            <dd className="font-semibold" title={whole(n)}>
              {compact(n)}
            </dd>
          </div>
        ))}
      </dl>
    </>
  )
}

function skewWords(ms: number): string {
  const size = Math.abs(ms)
  const sign = ms < 0 ? '−' : '+'
  return size < 1000 ? `${sign}${size} ms` : `${sign}${duration(size)}`
}

function Facts({ children }: { readonly children: ReactNode }) {
  return (
    <dl className="grid grid-cols-[9.5rem_minmax(0,1fr)] gap-x-3 gap-y-2 text-sm">{children}</dl>
  )
}

function Fact({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <>
      <dt className="label pt-px">{label}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  )
}
