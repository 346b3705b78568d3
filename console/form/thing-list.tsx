import { useRef, useState } from 'react'
import { Button } from '../ui/button.tsx'
import { lineClass } from '../ui/field.tsx'
import { Icon } from '../ui/icon.tsx'
import { policyWords as text } from '../words/policy.ts'
import { thingWords } from './field-words.ts'
import { fieldId, useForm } from './form-context.ts'
import { pathText } from './json-path.ts'
import { emptyThing } from './json-schema.ts'
import { holdsText } from './list-values.ts'
import { type ControlInput, SchemaFields } from './schema-fields.tsx'

type Props = ControlInput & {
  /** Key of the list, such as `sites`. */
  readonly what: string
}

/** More things than this are searched, not read. */
const searched_from = 9

/** Things with names: closed they say what they are, open they are forms. */
export function ThingList({ schema, value, path, what }: Props) {
  const form = useForm()
  const things: readonly unknown[] = Array.isArray(value) ? value : []
  const keys = useKeysOf(things.length)
  const [fresh, setFresh] = useState<number>()
  const item = schema.items ?? {}
  const word = text.thing[what] ?? ''
  const [typed, setTyped] = useState('')
  const are_many = things.length > searched_from
  // What was just added, or is looked for from elsewhere, is shown whatever was typed.
  const isShown = (i: number) =>
    !are_many ||
    keys.all[i] === fresh ||
    `${form.at}.`.startsWith(`${pathText([...path, i])}.`) ||
    holdsText(things[i], typed)
  const add = (thing: unknown) => {
    setFresh(keys.added())
    form.change(path, [...things, thing])
  }
  const remove = (at: number) => {
    keys.removed(at)
    form.change(
      path,
      things.filter((_, i) => i !== at),
    )
  }
  return (
    <div className="flex flex-col gap-2">
      {are_many && (
        <input
          type="search"
          aria-label={text.search_things(what)}
          placeholder={text.search_things(what)}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          className={`${lineClass} max-w-sm`}
        />
      )}
      {things.length === 0 && <p className="text-ink-2 text-sm">{text.no_things}</p>}
      <ul className="flex flex-col gap-2">
        {things.map((thing, i) => (
          // Hidden, not taken out: what is open and typed in it stays as it is.
          <li key={keys.all[i] ?? i} hidden={!isShown(i)}>
            <Thing
              schema={item}
              value={thing}
              path={[...path, i]}
              is_required
              is_fresh={keys.all[i] === fresh}
              is_nested={path.length > 1}
              onDuplicate={() => add(copyOf(thing))}
              onRemove={() => remove(i)}
            />
          </li>
        ))}
      </ul>
      {!form.is_read_only && (
        <Button className="self-start" onClick={() => add(emptyThing(item))}>
          <Icon name="plus" size={14} />
          {text.add(word)}
        </Button>
      )}
    </div>
  )
}

/** Keys that stay with their thing when others come and go; a document that was read anew starts afresh. */
function useKeysOf(length: number) {
  const next = useRef(0)
  const all = useRef<number[]>([])
  if (all.current.length !== length) {
    all.current = Array.from({ length }, () => next.current++)
  }
  return {
    all: all.current,
    added(): number {
      const key = next.current++
      all.current = [...all.current, key]
      return key
    },
    removed(at: number): void {
      all.current = all.current.filter((_, i) => i !== at)
    },
  }
}

function copyOf(thing: unknown): unknown {
  if (typeof thing !== 'object' || thing === null || !('name' in thing)) return thing
  return { ...thing, name: `${String(thing.name)}-2` }
}

type ThingProps = ControlInput & {
  readonly is_fresh: boolean
  readonly is_nested: boolean
  readonly onDuplicate: () => void
  readonly onRemove: () => void
}

function Thing(props: ThingProps) {
  const { schema, value, path, is_fresh, is_nested, onDuplicate, onRemove } = props
  const form = useForm()
  const at = pathText(path)
  const is_wanted = form.at === at || form.at.startsWith(`${at}.`)
  const [is_open, setOpen] = useState(is_fresh || is_wanted)
  const [wanted, setWanted] = useState(form.at)
  if (wanted !== form.at) {
    setWanted(form.at)
    if (is_wanted) setOpen(true)
  }
  const { name, detail } = thingWords(value, schema)
  const errors = form.errorsBelow(at)
  return (
    <details
      id={fieldId(at)}
      open={is_open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      className={`group/thing rounded-md border ${errors > 0 ? 'border-blocked' : 'border-line'} ${is_nested ? 'bg-sunken/40' : 'bg-surface'}`}
    >
      <summary className="touch flex list-none items-center gap-x-3 rounded-md px-3 py-2 hover:bg-hover">
        <span className={`text-ink-3 ${is_open ? 'rotate-90' : ''}`}>
          <Icon name="right" size={12} />
        </span>
        <span className="shrink-0 break-all font-medium">{name || text.unnamed}</span>
        {!is_open && <span className="label min-w-0 truncate">{detail}</span>}
        {errors > 0 && (
          <span className="ml-auto flex shrink-0 items-center gap-1 font-medium text-blocked text-sm">
            <Icon name="warning" size={14} />
            {text.check_bad(errors)}
          </span>
        )}
      </summary>
      {is_open && (
        <div className="border-line border-t px-3 py-4">
          {form.errorAt(at) && <p className="mb-2 text-blocked text-sm">{form.errorAt(at)}</p>}
          <SchemaFields schema={schema} value={value} path={path} />
          {!form.is_read_only && (
            <div className="mt-4 flex gap-2 border-line border-t pt-3">
              <Button onClick={onDuplicate}>
                <Icon name="copy" size={14} />
                {text.duplicate}
              </Button>
              <Button
                onClick={onRemove}
                aria-label={text.remove(name || text.unnamed)}
                className="text-blocked"
              >
                <Icon name="trash" size={14} />
                {text.remove_word}
              </Button>
            </div>
          )}
        </div>
      )}
    </details>
  )
}
