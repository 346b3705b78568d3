import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api } from '../../api.ts'
import type { ListedEntry } from '../../queries/lists.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { listWords as text } from '../../words/lists.ts'

type Props = { readonly entry: ListedEntry; readonly onClose: () => void }

export function RemoveEntry({ entry, onClose }: Props) {
  const client = useQueryClient()
  const remove = useMutation({
    mutationFn: () => api.call('DELETE /api/v1/lists/{id}', { params: { id: entry.id } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['lists'] })
      onClose()
    },
  })
  return (
    <Confirm
      title={text.remove_one(entry.network)}
      submit={text.remove}
      cancel={text.cancel}
      is_busy={remove.isPending}
      error={remove.error}
      onSubmit={() => remove.mutate()}
      onClose={onClose}
    >
      <p>{text.remove_text(entry.network, text.kinds[entry.kind])}</p>
    </Confirm>
  )
}
