/** As much of JSON Schema (2020-12) as the policy's own schema uses. */

export type JsonSchema = {
  readonly type?: string
  readonly title?: string
  readonly description?: string
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly items?: JsonSchema
  readonly additionalProperties?: JsonSchema | boolean
  readonly enum?: readonly (string | number)[]
  readonly const?: string | number
  readonly anyOf?: readonly JsonSchema[]
  readonly pattern?: string
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly maxLength?: number
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, JsonSchema>>
}

/** How a value is edited. */
export type Control =
  | 'text'
  | 'prose'
  | 'code'
  | 'number'
  | 'yes_no'
  | 'choice'
  | 'time'
  | 'lines'
  | 'checks'
  | 'things'
  | 'fields'
  | 'pairs'
  | 'json'

/** Texts that may be longer than this are rules, pages, bodies: they get a box of their own. */
const code_from = 65_536
/** Texts that may be about this long are sentences. */
const prose_from = 500

export function controlOf(schema: JsonSchema): Control {
  if (choicesOf(schema)) return 'choice'
  if (schema.anyOf) return isTime(schema) ? 'time' : 'json'
  switch (schema.type) {
    case 'string':
      return textControl(schema)
    case 'number':
    case 'integer':
      return 'number'
    case 'boolean':
      return 'yes_no'
    case 'array':
      return listControl(schema.items ?? {})
    case 'object':
      if (schema.properties) return 'fields'
      return typeof schema.additionalProperties === 'object' ? 'pairs' : 'json'
    default:
      return 'json'
  }
}

function textControl({ maxLength = 0 }: JsonSchema): Control {
  if (maxLength >= code_from) return 'code'
  return maxLength >= prose_from && maxLength <= 4000 ? 'prose' : 'text'
}

function listControl(items: JsonSchema): Control {
  if (items.enum) return 'checks'
  if (items.properties) return 'things'
  return items.type === 'string' || items.type === 'integer' ? 'lines' : 'json'
}

/** A time or null. */
function isTime(schema: JsonSchema): boolean {
  const parts = schema.anyOf ?? []
  return parts.length === 2 && parts.some((part) => part.format === 'date-time')
}

/** The values of a choice: an enumeration, or one of several constants; undefined for anything else. */
export function choicesOf(schema: JsonSchema): readonly (string | number)[] | undefined {
  if (schema.enum) return schema.enum
  const constants = schema.anyOf?.flatMap((part) => (part.const === undefined ? [] : [part.const]))
  return constants && constants.length > 0 && constants.length === schema.anyOf?.length
    ? constants
    : undefined
}

/** The same schema with every `$ref` in the place of its definition; a definition that holds itself is left open. */
export function withoutRefs(root: JsonSchema): JsonSchema {
  const open = new Set<string>()
  const walk = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(walk)
    if (typeof node !== 'object' || node === null) return node
    const ref = '$ref' in node ? String(node.$ref) : undefined
    if (ref?.startsWith('#/$defs/')) {
      const { $ref, ...beside } = node as JsonSchema
      const found = root.$defs?.[ref.slice('#/$defs/'.length)]
      if (!found || open.has(ref)) return beside
      open.add(ref)
      const placed = { ...(walk(found) as JsonSchema), ...beside }
      open.delete(ref)
      return placed
    }
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, walk(value)]))
  }
  return walk(root) as JsonSchema
}

/** What is wrong with a text as it stands; the server says the rest. */
export type Doubt = 'needed' | 'not_a_number'

/** A new thing of a list: what its schema demands, as empty as can be. */
export function emptyOf(schema: JsonSchema): unknown {
  if (schema.default !== undefined) return undefined
  switch (controlOf(schema)) {
    case 'lines':
    case 'checks':
      return []
    case 'things':
      return [emptyThing(schema.items ?? {})]
    case 'text':
    case 'prose':
    case 'code':
      return ''
    default:
      return undefined
  }
}

export function emptyThing(schema: JsonSchema): Record<string, unknown> {
  const entries = (schema.required ?? []).map((key) => [
    key,
    emptyOf(schema.properties?.[key] ?? {}),
  ])
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}
