/** ★ Users: who may use console and API, and as what. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { UserView } from '#model/user.ts'
import { usersQuery } from '../queries/settings.ts'
import { useMay } from '../session/may.ts'
import { useSession } from '../session/session-gate.tsx'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { ProblemView } from '../ui/problem-view.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { State } from '../ui/state.tsx'
import { When } from '../ui/when.tsx'
import { settingsWords } from '../words/settings.ts'
import { words } from '../words.ts'
import { AddUser } from './settings/add-user.tsx'
import { SecretOnce } from './settings/secret-once.tsx'
import { SettingsFrame } from './settings/settings-frame.tsx'
import { UserActions } from './settings/user-actions.tsx'

const text = settingsWords.users

export type OneTime = { readonly username: string; readonly one_time_password: string }

export function UsersPage() {
  const may = useMay()
  const [is_adding, setAdding] = useState(false)
  const [told, setTold] = useState<OneTime>()
  const { data, error, refetch } = useQuery({ ...usersQuery, enabled: may('administrator') })
  const add = (
    <Button look="primary" onClick={() => setAdding(true)}>
      <Icon name="plus" size={14} />
      {text.add}
    </Button>
  )
  return (
    <SettingsFrame tab="users" lead={text.lead} actions={may('administrator') && add}>
      {!may('administrator') && <p className="text-ink-2">{text.only_administrators}</p>}
      {error && <ProblemView error={error} onRetry={refetch} />}
      {may('administrator') && !data && !error && (
        <Skeleton lines={4} label={words.overview.loading} />
      )}
      {data && <Users users={data.users} onTold={setTold} />}
      {is_adding && (
        <AddUser
          onClose={() => setAdding(false)}
          onTold={(one_time) => {
            setAdding(false)
            setTold(one_time)
          }}
        />
      )}
      {told && (
        <SecretOnce
          title={text.password_title(told.username)}
          lead={text.password_text(told.username)}
          secret={told.one_time_password}
          copy_label={text.copy_password}
          onClose={() => setTold(undefined)}
        />
      )}
    </SettingsFrame>
  )
}

const cell = 'border-line border-b px-3 py-2'

type UsersProps = {
  readonly users: readonly UserView[]
  readonly onTold: (one_time: OneTime) => void
}

function Users({ users, onTold }: UsersProps) {
  const { username } = useSession()
  return (
    <div className="panel max-w-5xl overflow-x-auto">
      <table className="w-full border-separate border-spacing-0 text-left">
        <caption className="sr-only">{settingsWords.tabs.users}</caption>
        <thead>
          <tr>
            {Object.entries(text.columns).map(([key, label]) => (
              <th
                key={key}
                scope="col"
                className={`label border-line border-b px-3 py-2 font-medium ${key === 'created' || key === 'login' ? 'max-sm:hidden' : ''}`}
              >
                {label}
              </th>
            ))}
            <td className="border-line border-b" />
          </tr>
        </thead>
        <tbody>
          {users.map((user) => (
            <tr key={user.username} className="hover:bg-hover">
              <td className={cell}>
                <span className="font-medium">{user.username}</span>
                {user.username === username && <span className="label ml-2">{text.you}</span>}
                {user.must_change_password && (
                  <span className="label block">{text.must_change}</span>
                )}
              </td>
              <td className={cell}>{words.account.roles[user.role]}</td>
              <td className={cell}>
                {user.has_totp ? (
                  <State tone="good" icon="check" word={text.totp_on} />
                ) : (
                  <State tone="quiet" icon="minus" word={text.totp_off} />
                )}
              </td>
              <td className={`${cell} text-ink-2 text-sm max-sm:hidden`}>
                <When at={user.created_at} />
              </td>
              <td className={`${cell} text-ink-2 text-sm max-sm:hidden`}>
                {user.last_login_at ? <When at={user.last_login_at} /> : text.never}
              </td>
              <td className={`${cell} text-right`}>
                <UserActions user={user} is_self={user.username === username} onTold={onTold} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
