/** ★ Tokens: how programs use the API, and how installers bring nodes in. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { TokenView } from '#model/user.ts'
import { api } from '../api.ts'
import { tokensQuery } from '../queries/settings.ts'
import { Button } from '../ui/button.tsx'
import { Confirm } from '../ui/confirm.tsx'
import { Icon } from '../ui/icon.tsx'
import { ProblemView } from '../ui/problem-view.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { State } from '../ui/state.tsx'
import { When } from '../ui/when.tsx'
import { settingsWords } from '../words/settings.ts'
import { words } from '../words.ts'
import { AddToken } from './settings/add-token.tsx'
import { SecretOnce } from './settings/secret-once.tsx'
import { SettingsFrame } from './settings/settings-frame.tsx'

const text = settingsWords.tokens

type Made = { readonly name: string; readonly token: string }

export function TokensPage() {
  const [is_adding, setAdding] = useState(false)
  const [made, setMade] = useState<Made>()
  const { data, error, refetch } = useQuery(tokensQuery)
  return (
    <SettingsFrame
      tab="tokens"
      lead={text.lead}
      actions={
        <Button look="primary" onClick={() => setAdding(true)}>
          <Icon name="plus" size={14} />
          {text.add}
        </Button>
      }
    >
      {error && <ProblemView error={error} onRetry={refetch} />}
      {!data && !error && <Skeleton lines={4} label={words.overview.loading} />}
      {data?.tokens.length === 0 && <p className="text-ink-2">{text.none}</p>}
      {data && data.tokens.length > 0 && <Tokens tokens={data.tokens} />}
      {is_adding && (
        <AddToken
          onClose={() => setAdding(false)}
          onMade={(next) => {
            setAdding(false)
            setMade(next)
          }}
        />
      )}
      {made && (
        <SecretOnce
          title={text.made_title(made.name)}
          secret={made.token}
          copy_label={text.copy}
          onClose={() => setMade(undefined)}
        />
      )}
    </SettingsFrame>
  )
}

const cell = 'border-line border-b px-3 py-2'

function Tokens({ tokens }: { readonly tokens: readonly TokenView[] }) {
  const [leaving, setLeaving] = useState<TokenView>()
  return (
    <div className="panel max-w-6xl overflow-x-auto">
      <table className="w-full border-separate border-spacing-0 text-left">
        <caption className="sr-only">{settingsWords.tabs.tokens}</caption>
        <thead>
          <tr>
            {Object.entries(text.columns).map(([key, label]) => (
              <th
                key={key}
                scope="col"
                className={`label border-line border-b px-3 py-2 font-medium ${key === 'owner' || key === 'created' ? 'max-sm:hidden' : ''}`}
              >
                {label}
              </th>
            ))}
            <td className="border-line border-b" />
          </tr>
        </thead>
        <tbody>
          {tokens.map((token) => (
            <tr key={token.id} className="hover:bg-hover">
              <td className={`${cell} font-medium`}>{token.name}</td>
              <td className={cell}>
                {text.kinds[token.kind]}
                {token.kind === 'personal' && (
                  <span className="label block">{words.account.roles[token.role]}</span>
                )}
              </td>
              <td className={`${cell} max-sm:hidden`}>{token.owner}</td>
              <td className={`${cell} text-ink-2 text-sm max-sm:hidden`}>
                <When at={token.created_at} />
              </td>
              <td className={`${cell} text-sm`}>
                <Ends token={token} />
              </td>
              <td className={`${cell} text-ink-2 text-sm`}>
                {token.last_used_at ? <When at={token.last_used_at} /> : text.never}
              </td>
              <td className={`${cell} text-right`}>
                <Button
                  look="quiet"
                  aria-label={text.revoke_one(token.name)}
                  onClick={() => setLeaving(token)}
                >
                  <Icon name="trash" size={14} />
                  {text.revoke}
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {leaving && <Revoke token={leaving} onClose={() => setLeaving(undefined)} />}
    </div>
  )
}

function Ends({ token }: { readonly token: TokenView }) {
  if (!token.expires_at) return <span className="text-ink-2">{text.never}</span>
  if (Date.parse(token.expires_at) <= Date.now()) {
    return <State tone="quiet" icon="clock" word={text.ended} title={token.expires_at} />
  }
  return <When at={token.expires_at} />
}

function Revoke({ token, onClose }: { readonly token: TokenView; readonly onClose: () => void }) {
  const client = useQueryClient()
  const revoke = useMutation({
    mutationFn: () => api.call('DELETE /api/v1/tokens/{id}', { params: { id: token.id } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: tokensQuery.queryKey })
      onClose()
    },
  })
  return (
    <Confirm
      title={text.revoke_one(token.name)}
      submit={text.revoke}
      cancel={settingsWords.cancel}
      is_busy={revoke.isPending}
      error={revoke.error}
      onSubmit={() => revoke.mutate()}
      onClose={onClose}
    >
      <p>{text.revoke_text(token.name)}</p>
    </Confirm>
  )
}
