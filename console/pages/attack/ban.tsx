import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useMay } from '../../session/may.ts'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/confirm.tsx'
import { Field, lineClass } from '../../ui/field.tsx'
import { Icon } from '../../ui/icon.tsx'
import { State } from '../../ui/state.tsx'
import { listWords as text } from '../../words/lists.ts'
import { ttlOf, useAddEntry } from '../lists/add-entry.tsx'
import { SiteField, TimeField } from '../lists/entry-fields.tsx'

type Props = {
  readonly client: string
  /** Why, to begin with. */
  readonly reason: string
}

/** Keeps the sender of a hit out, on every node at once. */
export function BanSource({ client, reason }: Props) {
  const may = useMay()
  const [is_open, setOpen] = useState(false)
  const [is_banned, setBanned] = useState(false)
  if (!may('analyst')) return null
  if (is_banned) {
    return (
      <span role="status" className="flex items-center gap-3">
        <State tone="bad" icon="blocked" word={text.banned(client)} />
        <Link to="/lists" search={{ q: client }} className="touch text-accent text-sm underline">
          {text.see_lists}
        </Link>
      </span>
    )
  }
  return (
    <>
      <Button onClick={() => setOpen(true)}>
        <Icon name="blocked" size={14} />
        {text.ban}
      </Button>
      {is_open && (
        <BanDialog
          client={client}
          reason={reason}
          onDone={() => setBanned(true)}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  )
}

type DialogProps = Props & { readonly onDone: () => void; readonly onClose: () => void }

function BanDialog({ client, reason: given, onDone, onClose }: DialogProps) {
  const [time, setTime] = useState('3600')
  const [site, setSite] = useState('')
  const [reason, setReason] = useState(given)
  const ban = useAddEntry(onDone)
  return (
    <Confirm
      title={text.ban_title(client)}
      submit={text.ban_submit}
      cancel={text.cancel}
      is_busy={ban.isPending}
      error={ban.error}
      onSubmit={() =>
        ban.mutate({ kind: 'deny', network: client, site, reason, ttl_s: ttlOf(time) })
      }
      onClose={onClose}
    >
      <p className="mb-2">{text.ban_text}</p>
      <div className="grid gap-3 sm:grid-cols-2">
        <TimeField value={time} onChange={setTime} />
        <SiteField value={site} onChange={setSite} />
      </div>
      <Field label={text.reason}>
        {(control) => (
          <input
            {...control}
            value={reason}
            maxLength={500}
            onChange={(event) => setReason(event.target.value)}
            className={lineClass}
          />
        )}
      </Field>
    </Confirm>
  )
}
