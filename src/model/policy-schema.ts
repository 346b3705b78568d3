/** The schema of policy documents for programs that know JSON Schema, such as the forms of the console. */
import { z } from '#base/schema.ts'
import { Policy } from './policy.ts'
import { unwrapped, writtenDefault } from './written-defaults.ts'

/** JSON Schema (2020-12) of a document as it is written: titles, sentences, and defaults in their written form. */
export function policySchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(Policy, { io: 'input' })
  // One duration stands in many places; each gets a title and a default of its own.
  const own = JSON.parse(JSON.stringify(schema)) as JsonSchema
  complete(own, Policy)
  return own
}

type JsonSchema = Record<string, unknown> & {
  properties?: Record<string, JsonSchema>
  items?: JsonSchema
}

function complete(json: JsonSchema, schema: z.ZodType): void {
  const inner = unwrapped(schema)
  if (inner instanceof z.ZodArray && json.items) complete(json.items, inner.element as z.ZodType)
  if (!(inner instanceof z.ZodObject)) return
  for (const [name, field] of Object.entries(inner.shape)) {
    const property = json.properties?.[name]
    if (!property) continue
    property['title'] = titleOf(name)
    const given = writtenDefault(field as z.ZodType)
    if (given !== undefined) property['default'] = given
    complete(property, field as z.ZodType)
  }
}

/** `body_size_max` → `Body size max` */
function titleOf(field: string): string {
  const words = field.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
