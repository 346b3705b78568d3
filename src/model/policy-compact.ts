/** A policy as people like to read it: what only repeats a default is left out. */
import { z } from '#base/schema.ts'
import { Policy, type PolicyDocument, policySections } from './policy.ts'
import { unwrapped, writtenDefault } from './written-defaults.ts'

/**
 * The same policy without what is default anyway: `Policy.parse` makes the same of both. Sections keep the order of
 * `policySections`. `document` is one that `Policy.parse` takes; what it does not know stays as it is.
 */
export function compactDocument(document: Readonly<Record<string, unknown>>): PolicyDocument {
  const compact = compacted(document, outline(Policy)) as Record<string, unknown>
  const order = new Map<string, number>(policySections.map((section, i) => [section, i]))
  const place = (key: string): number => order.get(key) ?? order.size
  const entries = Object.entries(compact).sort(([a], [b]) => place(a) - place(b))
  return Object.fromEntries(entries) as PolicyDocument
}

/** What compacting needs to know of a schema, read once for however many things of it there are. */
type Outline =
  | { readonly kind: 'object'; readonly fields: ReadonlyMap<string, Field> }
  | { readonly kind: 'list'; readonly element: Outline }
  | { readonly kind: 'value' }

type Field = {
  readonly outline: Outline
  /** JSON of the written default; undefined when the field must be there. */
  readonly default_text: string | undefined
}

function outline(schema: z.ZodType): Outline {
  const inner = unwrapped(schema)
  if (inner instanceof z.ZodArray) {
    return { kind: 'list', element: outline(inner.element as z.ZodType) }
  }
  if (!(inner instanceof z.ZodObject)) return { kind: 'value' }
  const fields = Object.entries(inner.shape).map(([name, field]): [string, Field] => {
    const shape = field as z.ZodType
    const given = writtenDefault(shape)
    return [
      name,
      { outline: outline(shape), default_text: given === undefined ? undefined : textOf(given) },
    ]
  })
  return { kind: 'object', fields: new Map(fields) }
}

function compacted(value: unknown, known: Outline): unknown {
  if (known.kind === 'list' && Array.isArray(value)) {
    return value.map((item) => compacted(item, known.element))
  }
  if (known.kind !== 'object' || !isRecord(value)) return value
  const kept: Record<string, unknown> = {}
  for (const [name, given] of Object.entries(value)) {
    const field = known.fields.get(name)
    const is_default = field?.default_text !== undefined && textOf(given) === field.default_text
    if (given === undefined || is_default) continue
    kept[name] = field ? compacted(given, field.outline) : given
  }
  return kept
}

/** Fields sorted, so that two spellings of one value are one text. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    isRecord(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
