/** What a schema fills in by itself, as people would write it. */
import { z } from '#base/schema.ts'

/** Past defaults and optionals; a codec is a value as it is written. */
export function unwrapped(schema: z.ZodType): z.ZodType {
  let inner = schema
  while ('unwrap' in inner && !(inner instanceof z.ZodArray)) {
    inner = (inner as z.ZodOptional<z.ZodType>).unwrap()
  }
  return inner
}

/** The default of a field in written form; undefined when it has none. */
export function writtenDefault(schema: z.ZodType): unknown {
  const parsed = schema.safeParse(undefined)
  return parsed.success && parsed.data !== undefined ? z.encode(schema, parsed.data) : undefined
}
