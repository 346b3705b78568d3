import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api } from '../../api.ts'
import { invitesQuery } from '../../queries/nodes.ts'
import { useMay } from '../../session/may.ts'
import { Button } from '../../ui/button.tsx'
import { ProblemView } from '../../ui/problem-view.tsx'
import { When } from '../../ui/when.tsx'
import { nodeWords as text } from '../../words/nodes.ts'
import { Panel } from '../attack/panel.tsx'
import { RoleTags } from './node-facts.tsx'

/** Invitations that a node may still use; nothing when there are none. */
export function OpenInvites() {
  const client = useQueryClient()
  const may = useMay()
  const { data } = useQuery({ ...invitesQuery, refetchInterval: 15_000 })
  const withdraw = useMutation({
    mutationFn: (id: string) => api.call('DELETE /api/v1/invites/{id}', { params: { id } }),
    onSettled: () => client.invalidateQueries({ queryKey: invitesQuery.queryKey }),
  })
  const open = data?.invites.filter((invite) => invite.state === 'open') ?? []
  if (open.length === 0) return null
  return (
    <div className="mt-4 max-w-3xl">
      <Panel title={text.invites}>
        {withdraw.error && <ProblemView error={withdraw.error} />}
        <ul className="flex flex-col divide-y divide-line">
          {open.map((invite) => (
            <li key={invite.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2">
              <RoleTags roles={invite.roles} />
              <span>{invite.group || text.no_group}</span>
              <span className="label">
                {text.invite_by(invite.created_by)}, {text.invite_ends}{' '}
                <When at={invite.expires_at} />
              </span>
              {may('administrator') && (
                <Button className="ml-auto" onClick={() => withdraw.mutate(invite.id)}>
                  {text.withdraw}
                </Button>
              )}
            </li>
          ))}
        </ul>
      </Panel>
    </div>
  )
}
