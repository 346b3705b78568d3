import { useQuery } from '@tanstack/react-query'
import { policyQuery } from '../../queries/policy.ts'
import { controlClass, Field } from '../../ui/field.tsx'
import { policyWords as text } from '../../words/policy.ts'

type Props = { readonly value: string; readonly onChange: (note: string) => void }

/** The note of a commit; the policy may demand one. */
export function NoteField({ value, onChange }: Props) {
  const is_required = useNoteRequired()
  return (
    <Field label={text.note} hint={is_required ? text.note_required : text.note_hint}>
      {(control) => (
        <textarea
          {...control}
          rows={2}
          maxLength={2000}
          required={is_required}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          className={`${controlClass} py-1.5`}
        />
      )}
    </Field>
  )
}

/** As the policy in force says. */
export function useNoteRequired(): boolean {
  const { data } = useQuery({ ...policyQuery, retry: false })
  const rollout = data?.document['rollout']
  return (
    typeof rollout === 'object' &&
    rollout !== null &&
    'note_required' in rollout &&
    rollout.note_required === true
  )
}
