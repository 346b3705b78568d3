import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Invite } from '#model/invite.ts'
import { invitesQuery, nodesQuery } from '../../queries/nodes.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { State } from '../../ui/state.tsx'
import { When } from '../../ui/when.tsx'
import { nodeWords as text } from '../../words/nodes.ts'

type Props = {
  readonly invite: Invite
  readonly onClose: () => void
  readonly onAnother: () => void
}

/** The cluster port of the line's server, when only this machine can reach it. */
const loopback = /\b(127\.\d+\.\d+\.\d+|localhost|\[::1\]):\d+/

/** The line to type on the new machine, and how far its node is. */
export function JoinLine({ invite, onClose, onAnother }: Props) {
  const progress = useProgress(invite)
  return (
    <div className="flex flex-col gap-4 p-4">
      <div>
        <h3 className="mb-1 font-medium text-sm">{text.line}</h3>
        <pre className="evidence rounded-md border border-line bg-sunken p-3">{invite.command}</pre>
        <div className="mt-2 flex flex-wrap items-center justify-between gap-2">
          <p className="label">
            {text.line_once} {text.ends} <When at={invite.expires_at} />.
          </p>
          <CopyButton text={invite.command} label={text.copy_line} />
        </div>
      </div>
      {loopback.test(invite.command) && (
        <p className="flex gap-2 rounded-md bg-monitored-soft p-3 text-monitored text-sm">
          <span className="mt-0.5">
            <Icon name="warning" />
          </span>
          {text.loopback}
        </p>
      )}
      <Steps {...progress} />
      <footer className="flex flex-wrap items-center justify-between gap-2">
        <p className="label grow basis-48">{progress.is_done ? '' : text.close_hint}</p>
        {progress.is_done && <Button onClick={onAnother}>{text.another}</Button>}
        {progress.node_id && (
          <Link
            to="/nodes/$id"
            params={{ id: progress.node_id }}
            className="touch flex h-8 items-center rounded-md border border-line-strong/70 bg-raised px-2.5 font-medium text-sm hover:bg-hover"
          >
            {text.open_node}
          </Link>
        )}
        <Button look={progress.is_done ? 'primary' : 'plain'} onClick={onClose}>
          {text.done}
        </Button>
      </footer>
    </div>
  )
}

type Progress = {
  /** `` before it joined. */
  readonly name: string
  readonly node_id: string | undefined
  readonly has_ended: boolean
  readonly is_done: boolean
}

/** The invitation tells who used it, the list of nodes how that one is. */
function useProgress(invite: Invite): Progress {
  const { data } = useQuery({ ...invitesQuery, refetchInterval: 1000 })
  const view = data?.invites.find((one) => one.id === invite.id)
  const name = view?.node ?? ''
  const { data: all } = useQuery({ ...nodesQuery, refetchInterval: 1000 })
  const node = name === '' ? undefined : all?.nodes.find((one) => one.name === name)
  return {
    name,
    node_id: node?.id,
    has_ended: view?.state === 'expired' || view?.state === 'withdrawn',
    is_done: node?.sync_status === 'in_sync' && node.connection_status === 'connected',
  }
}

function Steps({ name, has_ended, is_done }: Progress) {
  const has_joined = name !== ''
  return (
    <section aria-label={text.steps}>
      <h3 className="mb-1 font-medium text-sm">{text.steps}</h3>
      <ol aria-live="polite" className="flex flex-col gap-1">
        <li>
          <State tone="good" icon="check" word={text.step_made} />
        </li>
        <li>
          {has_joined ? (
            <State tone="good" icon="check" word={text.step_joined(name)} />
          ) : has_ended ? (
            <State tone="bad" icon="blocked" word={text.step_ended} />
          ) : (
            <State tone="busy" icon="sync" word={text.step_waiting} />
          )}
        </li>
        <li>
          {is_done ? (
            <State tone="good" icon="check" word={text.step_sync(name)} />
          ) : has_joined ? (
            <State tone="busy" icon="sync" word={text.step_connect} />
          ) : (
            <State tone="quiet" icon="minus" word={text.step_in_sync} />
          )}
        </li>
      </ol>
    </section>
  )
}
