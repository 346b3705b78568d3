import { useMutation, useQueryClient } from '@tanstack/react-query'
import { DropdownMenu } from 'radix-ui'
import { useState } from 'react'
import { api } from '../api.ts'
import { sessionQuery } from '../queries.ts'
import { useSession } from '../session/session-gate.tsx'
import { applyTheme, savedTheme, type Theme, themes } from '../theme.ts'
import { Icon, type IconName } from '../ui/icon.tsx'
import { words } from '../words.ts'

type Props = {
  readonly onPassword: () => void
  readonly onHelp: () => void
  readonly is_small?: boolean
}

const itemClass =
  'flex h-9 cursor-pointer items-center gap-2.5 rounded px-2.5 text-sm outline-none data-[highlighted]:bg-hover max-md:h-11'
const themeIcons: Readonly<Record<Theme, IconName>> = {
  system: 'screen',
  light: 'sun',
  dark: 'moon',
}

/** Who is logged in; theme, password, keyboard help, log out. Not modal: a modal menu would inject a style tag. */
export function AccountMenu({ onPassword, onHelp, is_small = false }: Props) {
  const { username, role } = useSession()
  const text = words.account
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger
        {...(is_small ? { 'aria-label': `${text.label}: ${username}` } : {})}
        className={
          is_small
            ? 'grid size-11 place-items-center rounded-md text-ink-2'
            : 'flex h-11 items-center gap-2.5 rounded-md px-2 text-left hover:bg-hover'
        }
      >
        <Icon name="user" size={18} />
        {!is_small && (
          <>
            <span className="min-w-0 leading-tight">
              <span className="block truncate font-medium text-sm">{username}</span>
              <span className="label block">{text.roles[role]}</span>
            </span>
            <span className="ml-auto text-ink-3">
              <Icon name="up" size={14} />
            </span>
          </>
        )}
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="start"
          sideOffset={6}
          collisionPadding={8}
          className="z-40 min-w-52 rounded-lg border border-line bg-raised p-1 shadow-xl"
        >
          <ThemeItems />
          <DropdownMenu.Separator className="my-1 h-px bg-line" />
          <Item icon="key" label={text.change_password} onSelect={onPassword} />
          <Item icon="help" label={words.help.open} onSelect={onHelp} />
          <LogOutItem />
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

type ItemProps = {
  readonly icon: IconName
  readonly label: string
  readonly onSelect: () => void
}

function Item({ icon, label, onSelect }: ItemProps) {
  return (
    <DropdownMenu.Item onSelect={onSelect} className={itemClass}>
      <Icon name={icon} />
      {label}
    </DropdownMenu.Item>
  )
}

function LogOutItem() {
  const client = useQueryClient()
  const leave = useMutation({
    mutationFn: () => api.call('DELETE /api/v1/session'),
    onSuccess: () => {
      client.setQueryData(sessionQuery.queryKey, null)
      const session = sessionQuery.queryKey[0]
      client.removeQueries({ predicate: (query) => query.queryKey[0] !== session })
    },
  })
  return <Item icon="leave" label={words.account.log_out} onSelect={() => leave.mutate()} />
}

function ThemeItems() {
  const [theme, setTheme] = useState(savedTheme)
  const choose = (value: string) => {
    const chosen = themes.find((t) => t === value) ?? 'system'
    applyTheme(chosen)
    setTheme(chosen)
  }
  return (
    <DropdownMenu.RadioGroup value={theme} onValueChange={choose}>
      <DropdownMenu.Label className="label px-2.5 pt-1.5 pb-0.5">
        {words.theme.label}
      </DropdownMenu.Label>
      {themes.map((value) => (
        <DropdownMenu.RadioItem key={value} value={value} className={itemClass}>
          <Icon name={themeIcons[value]} />
          {words.theme[value]}
          <DropdownMenu.ItemIndicator className="ml-auto text-accent">
            <Icon name="check" />
          </DropdownMenu.ItemIndicator>
        </DropdownMenu.RadioItem>
      ))}
    </DropdownMenu.RadioGroup>
  )
}
