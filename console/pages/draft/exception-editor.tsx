import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { type Form, FormContext, useForm } from '../../form/form-context.ts'
import { valueAt, withValueAt } from '../../form/json-path.ts'
import { emptyThing, type JsonSchema } from '../../form/json-schema.ts'
import { type ControlInput, SchemaFields } from '../../form/schema-fields.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Icon } from '../../ui/icon.tsx'
import { ruleWords as text } from '../../words/rules.ts'
import { ExceptionTable } from '../exceptions/exception-table.tsx'
import type { ExceptionText } from '../policy/document.ts'

const route = getRouteApi('/policy/drafts/$id')

/** Exceptions come by the thousand: a table that is searched, and one at a time in a form of its own. */
export function ExceptionEditor({ schema, value, path }: ControlInput) {
  const form = useForm()
  const { q = '' } = route.useSearch()
  const navigate = route.useNavigate()
  const all = Array.isArray(value) ? (value as readonly ExceptionText[]) : []
  const wanted = Number(/^exceptions\.(\d+)/.exec(form.at)?.[1] ?? Number.NaN)
  const [open, setOpen] = useState<number | undefined>(wanted in all ? wanted : undefined)
  const [seen, setSeen] = useState(form.at)
  if (seen !== form.at) {
    setSeen(form.at)
    if (wanted in all) setOpen(wanted)
  }
  const put = (at: number, exception: unknown) => {
    form.change(
      path,
      at < all.length ? all.with(at, exception as ExceptionText) : [...all, exception],
    )
    setOpen(undefined)
  }
  const remove = (at: number) => {
    form.change(
      path,
      all.filter((_, i) => i !== at),
    )
    setOpen(undefined)
  }
  return (
    <>
      <ExceptionTable
        exceptions={all}
        q={q}
        onSearch={(next) =>
          void navigate({
            search: { tab: 'exceptions', ...(next ? { q: next } : {}) },
            replace: true,
          })
        }
        onOpen={(at) => setOpen(at)}
        has_error={(at) => form.errorsBelow(`exceptions.${at}`) > 0}
      >
        {!form.is_read_only && (
          <Button onClick={() => setOpen(all.length)}>
            <Icon name="plus" size={14} />
            {text.add}
          </Button>
        )}
      </ExceptionTable>
      {open !== undefined && (
        <ExceptionDialog
          key={open}
          at={open}
          schema={schema.items ?? {}}
          exception={all[open]}
          form={form}
          onPut={(exception) => put(open, exception)}
          onRemove={() => remove(open)}
          onClose={() => setOpen(undefined)}
        />
      )}
    </>
  )
}

type DialogProps = {
  readonly at: number
  readonly schema: JsonSchema
  /** Undefined for a new one. */
  readonly exception: ExceptionText | undefined
  readonly form: Form
  readonly onPut: (exception: unknown) => void
  readonly onRemove: () => void
  readonly onClose: () => void
}

function ExceptionDialog(props: DialogProps) {
  const { at, schema, exception, form, onPut, onRemove, onClose } = props
  const [value, setValue] = useState<unknown>(exception ?? emptyThing(schema))
  const path = ['exceptions', at]
  const inner: Form = {
    ...form,
    change: (changed, next) => setValue((now: unknown) => withValueAt(now, changed.slice(2), next)),
  }
  const name = String(valueAt(value, ['name']) ?? '')
  return (
    <Dialog title={exception ? text.edit_one(exception.name) : text.new_title} onClose={onClose}>
      <form
        className="p-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (form.is_read_only) onClose()
          else if (name !== '') onPut(value)
        }}
      >
        <div className="max-h-[60dvh] overflow-y-auto px-0.5 pb-1">
          <FormContext value={inner}>
            <SchemaFields schema={schema} value={value} path={path} />
          </FormContext>
        </div>
        <footer className="mt-4 flex flex-wrap justify-end gap-2 border-line border-t pt-4">
          {exception && !form.is_read_only && (
            <Button onClick={onRemove} className="mr-auto text-blocked">
              <Icon name="trash" size={14} />
              {text.remove}
            </Button>
          )}
          <Button onClick={onClose}>{text.cancel}</Button>
          {!form.is_read_only && (
            <Button type="submit" look="primary">
              {text.save}
            </Button>
          )}
        </footer>
      </form>
    </Dialog>
  )
}
