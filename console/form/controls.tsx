import { useRef } from 'react'
import { type ControlProps, controlClass, lineClass } from '../ui/field.tsx'
import { Select } from '../ui/select.tsx'
import { policyWords as text } from '../words/policy.ts'
import { fieldHint, valueName } from './field-words.ts'
import { fieldId, type Names, useForm } from './form-context.ts'
import { pathText } from './json-path.ts'
import { choicesOf } from './json-schema.ts'
import type { ControlInput } from './schema-fields.tsx'

export type SharedInput = ControlInput & { readonly shared: ControlProps }

/** A line of text, or a number. Emptied, it goes back to its default. */
export function Line({ schema, value, path, is_required, shared }: SharedInput) {
  const form = useForm()
  const is_number = schema.type === 'number' || schema.type === 'integer'
  const standard = schema.default === undefined ? '' : String(schema.default)
  const read = (typed: string) => (is_number && typed !== '' ? Number(typed) : typed)
  return (
    <input
      {...shared}
      type={is_number ? 'number' : 'text'}
      {...(is_number
        ? { min: schema.minimum, max: schema.maximum, step: stepOf(schema.type) }
        : {})}
      value={value === undefined ? '' : String(value)}
      placeholder={standard}
      required={is_required}
      readOnly={form.is_read_only}
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
      onChange={(event) => form.change(path, emptied(read(event.target.value), is_required))}
      className={lineClass}
    />
  )
}

function stepOf(type: string | undefined): number | 'any' {
  return type === 'integer' ? 1 : 'any'
}

function emptied(value: unknown, is_required: boolean): unknown {
  return value === '' && !is_required ? undefined : value
}

/** A sentence or two. */
export function Prose({ value, path, is_required, shared }: SharedInput) {
  const form = useForm()
  return (
    <textarea
      {...shared}
      rows={2}
      value={value === undefined ? '' : String(value)}
      readOnly={form.is_read_only}
      onChange={(event) => form.change(path, emptied(event.target.value, is_required))}
      className={`${controlClass} py-1.5`}
    />
  )
}

/** Rules, pages, bodies: text that a machine reads, and names by the number of a line. */
export function Code({ value, path, is_required, shared }: SharedInput) {
  const form = useForm()
  const written = value === undefined ? '' : String(value)
  const lines = written.split('\n').length
  const gutter = useRef<HTMLDivElement>(null)
  return (
    <div className="relative flex">
      <div
        ref={gutter}
        aria-hidden="true"
        className={`${codeClass} pointer-events-none absolute inset-y-px left-px w-12 select-none overflow-hidden whitespace-pre rounded-l-md border-line border-r bg-sunken pt-2 pr-2 pb-8 text-right text-ink-2`}
      >
        {Array.from({ length: lines }, (_, i) => i + 1).join('\n')}
      </div>
      <textarea
        {...shared}
        rows={Math.min(24, Math.max(4, lines + 1))}
        value={written}
        readOnly={form.is_read_only}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        wrap="off"
        onChange={(event) => form.change(path, emptied(event.target.value, is_required))}
        onScroll={(event) => {
          if (gutter.current) gutter.current.scrollTop = event.currentTarget.scrollTop
        }}
        className={`${controlClass} ${codeClass} resize-y overflow-x-auto py-2 pl-15`}
      />
    </div>
  )
}

/** Of the text and of the numbers beside it: their lines must be of one height. */
const codeClass = 'font-mono text-base max-sm:text-lg sm:text-sm'

/** One of the values of an enumeration; also yes, no and neither. */
export function Choice({ schema, value, path, is_required, shared }: SharedInput) {
  const form = useForm()
  const values = schema.type === 'boolean' ? [true, false] : (choicesOf(schema) ?? [])
  const nameOf = (one: string | number | boolean) =>
    one === true ? text.yes : one === false ? text.no : valueName(one)
  const none = { value: '', label: text.not_set }
  const is_optional = !is_required && schema.default === undefined
  return (
    <Select
      {...shared}
      value={String(value ?? schema.default ?? '')}
      disabled={form.is_read_only}
      options={[
        ...(is_optional ? [none] : []),
        ...values.map((one) => ({ value: String(one), label: nameOf(one) })),
      ]}
      onChange={(chosen) =>
        form.change(
          path,
          values.find((one) => String(one) === chosen),
        )
      }
    />
  )
}

/** The name of another thing of the policy; one that is gone stays visible. */
export function NameChoice({ value, path, shared, names, none }: SharedInput & Names) {
  const form = useForm()
  const current = typeof value === 'string' ? value : ''
  const all = ['', ...new Set([...names, ...(current === '' ? [] : [current])])]
  return (
    <Select
      {...shared}
      value={current}
      disabled={form.is_read_only}
      options={all.map((name) => ({ value: name, label: name === '' ? none : name }))}
      onChange={(name) => form.change(path, name === '' ? undefined : name)}
    />
  )
}

/** A statement that holds or does not. */
export function YesNo({ schema, value, path, label }: ControlInput & { readonly label: string }) {
  const form = useForm()
  const at = pathText(path)
  const id = fieldId(at)
  const hint = fieldHint({ ...schema, default: undefined }, value)
  const error = form.errorAt(at)
  return (
    <div className="flex items-start gap-2.5 md:pt-6">
      <input
        id={id}
        type="checkbox"
        checked={Boolean(value ?? schema.default)}
        disabled={form.is_read_only}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => form.change(path, event.target.checked)}
        className="mt-0.5 size-4 shrink-0 accent-accent"
      />
      <div className="min-w-0">
        <label htmlFor={id} className="font-medium text-sm">
          {label}
        </label>
        {hint && (
          <p id={`${id}-hint`} className="label">
            {hint}
          </p>
        )}
        {error && <p className="text-blocked text-sm">{error}</p>}
      </div>
    </div>
  )
}
