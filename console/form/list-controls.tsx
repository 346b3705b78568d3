import { useState } from 'react'
import { Button } from '../ui/button.tsx'
import { controlClass, lineClass } from '../ui/field.tsx'
import { Icon } from '../ui/icon.tsx'
import { policyWords as text } from '../words/policy.ts'
import type { SharedInput } from './controls.tsx'
import { valueName } from './field-words.ts'
import { useForm } from './form-context.ts'
import { pathText } from './json-path.ts'
import { localTime, typedLines } from './list-values.ts'
import type { ControlInput } from './schema-fields.tsx'

/** Several short texts or numbers, one a line. */
export function Lines({ schema, value, path, shared }: SharedInput) {
  const form = useForm()
  const is_number = schema.items?.type === 'integer'
  const items = Array.isArray(value) ? value : []
  const [typed, setTyped] = useState('')
  const written = items.join('\n')
  // What is typed may have an empty line at its end, which is no item yet.
  const shown = typedLines(typed, is_number).join('\n') === written ? typed : written
  return (
    <textarea
      {...shared}
      rows={Math.min(8, Math.max(1, shown.split('\n').length))}
      value={shown}
      placeholder={text.one_per_line}
      readOnly={form.is_read_only}
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
      onChange={(event) => {
        setTyped(event.target.value)
        form.change(path, typedLines(event.target.value, is_number))
      }}
      className={`${controlClass} resize-y py-1.5 font-mono sm:text-sm`}
    />
  )
}

/** Any of a few. */
export function Checks({ schema, value, path }: ControlInput) {
  const form = useForm()
  const chosen: readonly unknown[] = Array.isArray(value) ? value : []
  const all = schema.items?.enum ?? []
  return (
    <div className="flex flex-wrap gap-x-5 gap-y-1">
      {all.map((one) => (
        <label key={one} className="touch flex items-center gap-2 text-sm">
          <input
            type="checkbox"
            checked={chosen.includes(one)}
            disabled={form.is_read_only}
            onChange={(event) =>
              form.change(
                path,
                all.filter((other) =>
                  other === one ? event.target.checked : chosen.includes(other),
                ),
              )
            }
            className="size-4 accent-accent"
          />
          {valueName(one)}
        </label>
      ))}
    </div>
  )
}

/** A moment in local time, or none. */
export function Time({ value, path, shared }: SharedInput) {
  const form = useForm()
  const given = typeof value === 'string' ? value : undefined
  return (
    <div className="flex gap-2">
      <input
        {...shared}
        type="datetime-local"
        value={given ? localTime(new Date(given)) : ''}
        readOnly={form.is_read_only}
        onChange={(event) => {
          const at = new Date(event.target.value)
          form.change(path, Number.isNaN(at.getTime()) ? null : at.toISOString())
        }}
        className={lineClass}
      />
      {!form.is_read_only && (
        <Button className="h-9" disabled={!given} onClick={() => form.change(path, null)}>
          {text.never_expires}
        </Button>
      )}
    </div>
  )
}

/** Names with their texts. */
export function Pairs({ schema, value, path, what }: ControlInput & { readonly what: string }) {
  const form = useForm()
  const entries = Object.entries((value ?? {}) as Readonly<Record<string, unknown>>)
  const held = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {}
  const is_long = (held.maxLength ?? 0) > 1000
  const put = (next: readonly (readonly [string, unknown])[]) =>
    form.change(path, Object.fromEntries(next))
  const place = (i: number, entry: readonly [string, unknown]) =>
    put(entries.map((before, other) => (other === i ? entry : before)))
  const thing = text.thing[what] ?? ''
  return (
    <div className="flex flex-col gap-2">
      {entries.map(([name, held_text], i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the name changes while it is typed
        <div key={i} className="flex flex-wrap items-start gap-2">
          <input
            aria-label={`${text.key}, ${pathText(path)}, ${i + 1}`}
            value={name}
            readOnly={form.is_read_only}
            spellCheck={false}
            onChange={(event) => place(i, [event.target.value, held_text])}
            className={`${lineClass} font-mono sm:max-w-56 sm:text-sm`}
          />
          <textarea
            aria-label={`${text.value}, ${name}`}
            value={String(held_text)}
            rows={is_long ? 4 : 1}
            readOnly={form.is_read_only}
            spellCheck={false}
            onChange={(event) => place(i, [name, event.target.value])}
            className={`${controlClass} min-w-40 flex-1 py-1.5 font-mono sm:text-sm`}
          />
          {!form.is_read_only && (
            <Button
              look="quiet"
              className="h-9"
              aria-label={text.remove(name)}
              onClick={() => put(entries.filter((_, other) => other !== i))}
            >
              <Icon name="trash" size={14} />
            </Button>
          )}
        </div>
      ))}
      {!form.is_read_only && (
        <Button className="self-start" onClick={() => put([...entries, [nextName(entries), '']])}>
          <Icon name="plus" size={14} />
          {text.add(thing)}
        </Button>
      )}
    </div>
  )
}

function nextName(entries: readonly (readonly [string, unknown])[]): string {
  const known = new Set(entries.map(([name]) => name))
  for (let i = 1; ; i++) if (!known.has(`name-${i}`)) return `name-${i}`
}

/** Anything else, as the API takes it; taken over as soon as it is JSON. */
export function Json({ value, path, shared }: SharedInput) {
  const form = useForm()
  const written = JSON.stringify(value, null, 2) ?? ''
  const [typed, setTyped] = useState<string>()
  const [problem, setProblem] = useState<string>()
  const take = (next: string) => {
    setTyped(next)
    try {
      form.change(path, next.trim() === '' ? undefined : JSON.parse(next))
      setProblem(undefined)
    } catch (error) {
      setProblem(text.text_bad(error instanceof Error ? error.message : String(error)))
    }
  }
  return (
    <>
      <textarea
        {...shared}
        rows={Math.min(28, Math.max(6, written.split('\n').length + 1))}
        value={typed ?? written}
        readOnly={form.is_read_only}
        autoCapitalize="none"
        spellCheck={false}
        wrap="off"
        onChange={(event) => take(event.target.value)}
        onBlur={() => problem === undefined && setTyped(undefined)}
        className={`${controlClass} resize-y overflow-x-auto py-2 font-mono sm:text-sm`}
      />
      {problem && (
        <p role="alert" className="mt-1 text-blocked text-sm">
          {problem}
        </p>
      )}
    </>
  )
}
