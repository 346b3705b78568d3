import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ListKind, NewListEntry } from '#model/ip-list.ts'
import { api } from '../../api.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { Field, lineClass } from '../../ui/field.tsx'
import { Segmented } from '../../ui/segmented.tsx'
import { listWords as text } from '../../words/lists.ts'
import { SiteField, TimeField } from './entry-fields.tsx'

const kinds = ['deny', 'allow', 'gray'] as const

/** Puts entries on their list and reads the lists again. */
export function useAddEntry(onDone: () => void) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: NewListEntry) => api.call('POST /api/v1/lists', { body }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['lists'] })
      onDone()
    },
  })
}

/** `` is for ever. */
export function ttlOf(time: string): number | null {
  return time === '' ? null : Number(time)
}

export function AddEntry({ onClose }: { readonly onClose: () => void }) {
  const [kind, setKind] = useState<ListKind>('deny')
  const [network, setNetwork] = useState('')
  const [time, setTime] = useState('3600')
  const [site, setSite] = useState('')
  const [reason, setReason] = useState('')
  const add = useAddEntry(onClose)
  return (
    <Confirm
      title={text.add_title}
      submit={text.submit}
      cancel={text.cancel}
      is_danger={false}
      is_busy={add.isPending || network.trim() === ''}
      error={add.error}
      onSubmit={() =>
        add.mutate({ kind, network: network.trim(), site, reason, ttl_s: ttlOf(time) })
      }
      onClose={onClose}
    >
      <div className="mb-2">
        <Segmented
          label={text.kind}
          value={kind}
          options={kinds.map((value) => ({ value, label: text.kinds[value] }))}
          onChange={setKind}
        />
        <p className="label mt-1">{text.kind_text[kind]}</p>
      </div>
      <Field label={text.columns.network} hint={text.network_hint}>
        {(control) => (
          <input
            {...control}
            required
            value={network}
            maxLength={50}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            onChange={(event) => setNetwork(event.target.value)}
            className={`${lineClass} font-mono`}
          />
        )}
      </Field>
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
