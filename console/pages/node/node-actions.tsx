import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../../api.ts'
import { type ListedNode, nodesQuery } from '../../queries/nodes.ts'
import { useMay } from '../../session/may.ts'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/confirm.tsx'
import { Icon } from '../../ui/icon.tsx'
import { nodeWords as text } from '../../words/nodes.ts'
import { GroupField } from '../nodes/add-node.tsx'

type Open = 'move' | 'revoke' | 'remove' | undefined

/** Move, revoke, remove: each asks first, revoking for the node's name. */
export function NodeActions({ node }: { readonly node: ListedNode }) {
  const may = useMay()
  const [open, setOpen] = useState<Open>()
  if (!may('administrator')) return null
  const is_revoked = node.connection_status === 'revoked'
  const props = { node, onClose: () => setOpen(undefined) }
  return (
    <div className="flex flex-wrap gap-2">
      {!is_revoked && <Button onClick={() => setOpen('move')}>{text.move}</Button>}
      {!is_revoked && (
        <Button onClick={() => setOpen('revoke')} className="text-blocked">
          <Icon name="blocked" size={14} />
          {text.revoke}
        </Button>
      )}
      {(is_revoked || node.connection_status === 'inactive') && (
        <Button onClick={() => setOpen('remove')}>
          <Icon name="trash" size={14} />
          {text.remove}
        </Button>
      )}
      {open === 'move' && <Move {...props} />}
      {open === 'revoke' && <Revoke {...props} />}
      {open === 'remove' && <Remove {...props} />}
    </div>
  )
}

type Props = { readonly node: ListedNode; readonly onClose: () => void }

/** Runs a call on the node, reads the nodes again and closes. */
function useAct(action: () => Promise<unknown>, onDone: () => void) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: action,
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: nodesQuery.queryKey })
      onDone()
    },
  })
}

function Move({ node, onClose }: Props) {
  const [group, setGroup] = useState(node.group)
  const params = { id: node.id }
  const move = useAct(
    () => api.call('PUT /api/v1/nodes/{id}', { params, body: { group } }),
    onClose,
  )
  return (
    <Confirm
      title={`${text.move}: ${node.name}`}
      submit={text.move_submit}
      cancel={text.cancel}
      is_danger={false}
      is_busy={move.isPending}
      error={move.error}
      onSubmit={() => move.mutate()}
      onClose={onClose}
    >
      <p className="text-ink-2">{text.move_lead}</p>
      <GroupField value={group} onChange={setGroup} />
    </Confirm>
  )
}

function Revoke({ node, onClose }: Props) {
  const params = { id: node.id }
  const revoke = useAct(() => api.call('POST /api/v1/nodes/{id}/revoke', { params }), onClose)
  return (
    <Confirm
      title={text.revoke_title(node.name)}
      submit={text.revoke_submit}
      cancel={text.cancel}
      typed={{ text: node.name, label: text.revoke_type(node.name) }}
      is_busy={revoke.isPending}
      error={revoke.error}
      onSubmit={() => revoke.mutate()}
      onClose={onClose}
    >
      <p>{text.revoke_text(node.name)}</p>
    </Confirm>
  )
}

function Remove({ node, onClose }: Props) {
  const navigate = useNavigate()
  const params = { id: node.id }
  const remove = useAct(
    () => api.call('DELETE /api/v1/nodes/{id}', { params }),
    () => void navigate({ to: '/nodes' }),
  )
  return (
    <Confirm
      title={text.remove_title(node.name)}
      submit={text.remove_submit}
      cancel={text.cancel}
      is_busy={remove.isPending}
      error={remove.error}
      onSubmit={() => remove.mutate()}
      onClose={onClose}
    >
      <p>{text.remove_text}</p>
    </Confirm>
  )
}
