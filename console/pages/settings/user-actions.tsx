import { useMutation, useQueryClient } from '@tanstack/react-query'
import { DropdownMenu } from 'radix-ui'
import { type ReactNode, useState } from 'react'
import type { UserView } from '#model/user.ts'
import { api } from '../../api.ts'
import { usersQuery } from '../../queries/settings.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { Icon, type IconName } from '../../ui/icon.tsx'
import { roleNames, settingsWords } from '../../words/settings.ts'
import type { OneTime } from '../users.tsx'
import { RoleField } from './add-user.tsx'

const text = settingsWords.users

type Open = 'role' | 'reset' | 'remove_totp' | 'remove' | undefined

type Props = {
  readonly user: UserView
  readonly is_self: boolean
  readonly onTold: (one_time: OneTime) => void
}

const itemClass =
  'flex h-9 cursor-pointer items-center gap-2.5 rounded px-2.5 text-sm outline-none data-[highlighted]:bg-hover max-md:h-11'

/** What an administrator may do with a user; not with oneself, so that nobody locks oneself out by a slip. */
export function UserActions({ user, is_self, onTold }: Props) {
  const [open, setOpen] = useState<Open>()
  if (is_self) return null
  const item = (key: Exclude<Open, undefined>, icon: IconName, label: string): ReactNode => (
    <DropdownMenu.Item onSelect={() => setOpen(key)} className={itemClass}>
      <Icon name={icon} />
      {label}
    </DropdownMenu.Item>
  )
  return (
    <>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger
          aria-label={text.actions(user.username)}
          className="grid size-8 place-items-center rounded-md text-ink-2 hover:bg-hover max-md:size-11"
        >
          <Icon name="more" />
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content
            align="end"
            sideOffset={4}
            collisionPadding={8}
            className="z-40 min-w-52 rounded-lg border border-line bg-raised p-1 shadow-xl"
          >
            {item('role', 'users', text.change_role)}
            {item('reset', 'key', text.reset)}
            {user.has_totp && item('remove_totp', 'minus', text.remove_totp)}
            <DropdownMenu.Separator className="my-1 h-px bg-line" />
            {item('remove', 'trash', text.remove)}
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      {open && <Ask open={open} user={user} onTold={onTold} onClose={() => setOpen(undefined)} />}
    </>
  )
}

type AskProps = {
  readonly open: Exclude<Open, undefined>
  readonly user: UserView
  readonly onTold: (one_time: OneTime) => void
  readonly onClose: () => void
}

function Ask({ open, user, onTold, onClose }: AskProps) {
  const client = useQueryClient()
  const { username } = user
  const params = { username }
  const [role, setRole] = useState(roleNames.find((one) => one === user.role) ?? 'viewer')
  const act = useMutation({
    mutationFn: async () => {
      switch (open) {
        case 'role':
          await api.call('PUT /api/v1/users/{username}', { params, body: { role } })
          return undefined
        case 'reset':
          return api.call('POST /api/v1/users/{username}/password-reset', { params })
        case 'remove_totp':
          await api.call('DELETE /api/v1/users/{username}/totp', { params })
          return undefined
        case 'remove':
          await api.call('DELETE /api/v1/users/{username}', { params })
          return undefined
      }
    },
    onSuccess: (one_time) => {
      void client.invalidateQueries({ queryKey: usersQuery.queryKey })
      onClose()
      if (one_time) onTold(one_time)
    },
  })
  const titles = {
    role: text.change_role,
    reset: text.reset,
    remove_totp: text.remove_totp,
    remove: text.remove,
  }
  const sentences = {
    role: text.change_role_text(username),
    reset: text.reset_text(username),
    remove_totp: text.remove_totp_text(username),
    remove: text.remove_text(username),
  }
  return (
    <Confirm
      title={`${titles[open]}: ${username}`}
      submit={titles[open]}
      cancel={settingsWords.cancel}
      {...(open === 'remove'
        ? { typed: { text: username, label: text.remove_type(username) } }
        : {})}
      is_danger={open !== 'role'}
      is_busy={act.isPending}
      error={act.error}
      onSubmit={() => act.mutate()}
      onClose={onClose}
    >
      <p>{sentences[open]}</p>
      {open === 'role' && <RoleField value={role} onChange={setRole} />}
    </Confirm>
  )
}
