import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { NodeRole } from '#model/node-role.ts'
import { api } from '../../api.ts'
import { invitesQuery } from '../../queries/nodes.ts'
import { policyQuery } from '../../queries/policy.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, lineClass } from '../../ui/field.tsx'
import { ProblemView } from '../../ui/problem-view.tsx'
import { Select } from '../../ui/select.tsx'
import { nodeWords as text } from '../../words/nodes.ts'
import { groupsIn } from '../policy/document.ts'
import { JoinLine } from './join-line.tsx'

const roles: readonly NodeRole[] = ['edge', 'analytics', 'policy']

/** The wizard: what the node will be, then the line to type there, then how it arrives. */
export function AddNode({ onClose }: { readonly onClose: () => void }) {
  const client = useQueryClient()
  const invite = useMutation({
    mutationFn: (body: { roles: NodeRole[]; group: string; ttl_s: number }) =>
      api.call('POST /api/v1/invites', { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: invitesQuery.queryKey }),
  })
  return (
    <Dialog title={text.add_title} onClose={onClose}>
      {invite.data ? (
        <JoinLine invite={invite.data} onClose={onClose} onAnother={() => invite.reset()} />
      ) : (
        <InviteForm
          is_busy={invite.isPending}
          error={invite.error}
          onSubmit={(body) => invite.mutate(body)}
        />
      )}
    </Dialog>
  )
}

type FormProps = {
  readonly is_busy: boolean
  readonly error: unknown
  readonly onSubmit: (body: { roles: NodeRole[]; group: string; ttl_s: number }) => void
}

function InviteForm({ is_busy, error, onSubmit }: FormProps) {
  const [chosen, setChosen] = useState<readonly NodeRole[]>(['edge'])
  const [group, setGroup] = useState('')
  const [ttl, setTtl] = useState('900')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSubmit({ roles: roles.filter((role) => chosen.includes(role)), group, ttl_s: Number(ttl) })
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-4 p-4">
      <p className="text-ink-2">{text.add_lead}</p>
      <fieldset>
        <legend className="mb-1 font-medium text-sm">{text.add_roles}</legend>
        {roles.map((role) => (
          <label key={role} className="touch flex items-center gap-2.5 py-1">
            <input
              type="checkbox"
              checked={chosen.includes(role)}
              onChange={() =>
                setChosen(
                  chosen.includes(role) ? chosen.filter((r) => r !== role) : [...chosen, role],
                )
              }
              className="size-4 accent-accent"
            />
            <span>
              <span className="font-medium">{text.roles[role]}</span>{' '}
              <span className="text-ink-2">{text.role_text[role]}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <div className="grid gap-4 sm:grid-cols-2">
        <GroupField value={group} onChange={setGroup} />
        <Field label={text.add_ttl}>
          {(control) => (
            <Select
              {...control}
              value={ttl}
              onChange={setTtl}
              options={text.ttls.map(([s, label]) => ({ value: String(s), label }))}
            />
          )}
        </Field>
      </div>
      {error ? <ProblemView error={error} /> : null}
      <div className="flex justify-end">
        <Button type="submit" look="primary" disabled={is_busy || chosen.length === 0}>
          {text.add_submit}
        </Button>
      </div>
    </form>
  )
}

type GroupProps = { readonly value: string; readonly onChange: (group: string) => void }

/** The groups that the policy names; where a node already stands stays possible. */
export function GroupField({ value, onChange }: GroupProps) {
  const { data } = useQuery({ ...policyQuery, retry: false })
  const names = groupsIn(data?.document).map((group) => group.name)
  const all = ['', ...new Set([...names, ...(value === '' ? [] : [value])])]
  return (
    <Field label={text.group}>
      {(control) => (
        <Select
          {...control}
          value={value}
          onChange={onChange}
          className={lineClass}
          options={all.map((name) => ({ value: name, label: name === '' ? text.no_group : name }))}
        />
      )}
    </Field>
  )
}
