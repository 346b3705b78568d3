import { useEffect, useState } from 'react'
import type { PolicySection } from '#model/policy.ts'
import { type Form, FormContext, fieldId } from '../../form/form-context.ts'
import { withValueAt } from '../../form/json-path.ts'
import type { JsonSchema } from '../../form/json-schema.ts'
import { Json } from '../../form/list-controls.tsx'
import { SchemaFields } from '../../form/schema-fields.tsx'
import { ThingList } from '../../form/thing-list.tsx'
import { Field } from '../../ui/field.tsx'
import { Segmented } from '../../ui/segmented.tsx'
import { policyWords as text } from '../../words/policy.ts'
import type { PolicyText } from '../policy/document.ts'
import { ExceptionEditor } from './exception-editor.tsx'
import { namesFor } from './references.ts'

type Props = {
  readonly section: PolicySection
  /** Of the section. */
  readonly schema: JsonSchema
  readonly document: PolicyText
  readonly at: string
  readonly errors: readonly { readonly path: string; readonly message: string }[]
  readonly is_read_only: boolean
  readonly onEdit: (change: (document: PolicyText) => PolicyText) => void
}

/** One section of a draft: as a form, or as text. */
export function DraftForm(props: Props) {
  const { section, schema, document, at } = props
  const [view, setView] = useState<'form' | 'text'>('form')
  const input = { schema, value: document[section], path: [section], is_required: false }
  const is_list = schema.type === 'array'
  useGoTo(at)
  return (
    <FormContext value={formOf(props)}>
      <div className="mb-3 flex flex-wrap items-center justify-between gap-2">
        <h2 className="font-semibold text-lg">{text.sections[section]}</h2>
        <Segmented
          label={text.view_label}
          value={view}
          options={[
            { value: 'form', label: text.view_form },
            { value: 'text', label: text.view_text },
          ]}
          onChange={setView}
        />
      </div>
      {view === 'text' ? (
        <Field label={text.sections[section]} hint={text.text_hint}>
          {(shared) => <Json {...input} shared={shared} />}
        </Field>
      ) : section === 'exceptions' ? (
        <ExceptionEditor {...input} />
      ) : is_list ? (
        <ThingList {...input} what={section} />
      ) : (
        <div className="panel p-4">
          <SchemaFields {...input} />
        </div>
      )}
    </FormContext>
  )
}

function formOf({ document, at, errors, is_read_only, onEdit }: Props): Form {
  const messages = Map.groupBy(errors, ({ path }) => path)
  return {
    is_read_only,
    at,
    change: (path, value) => onEdit((now) => withValueAt(now, path, value) as PolicyText),
    errorAt: (path) =>
      messages
        .get(path)
        ?.map(({ message }) => message)
        .join('. '),
    errorsBelow: (path) =>
      errors.filter((error) => error.path === path || error.path.startsWith(`${path}.`)).length,
    namesFor: (path) => namesFor(document, path),
  }
}

/** Opens, scrolls to and focuses what a finding names; when the field itself is not on the page, what it is part of. */
function useGoTo(at: string): void {
  useEffect(() => {
    if (at === '') return
    // What is closed around it opens in this very pass; its fields are there one frame later.
    const frame = requestAnimationFrame(() => {
      const parts = at.split('.')
      for (let n = parts.length; n > 0; n--) {
        const found = window.document.getElementById(fieldId(parts.slice(0, n).join('.')))
        if (!found) continue
        found.scrollIntoView({ block: 'center' })
        const target = found.tagName === 'DETAILS' ? found.querySelector('summary') : found
        target?.focus({ preventScroll: true })
        return
      }
    })
    return () => cancelAnimationFrame(frame)
  }, [at])
}
