/** Our own cases of framing and smuggling: bytes on a socket, and what must come of them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from '#base/schema.ts'

const Case = z.strictObject({
  name: z.string(),
  /** One character a byte. */
  send: z.string(),
  /** Of the first answer. */
  status: z.int(),
  /** How many requests may reach the upstream. */
  upstream_sees: z.int(),
})
export type HttpCase = z.infer<typeof Case>

export const caseFiles = ['smuggling', 'chunks', 'fields', 'host', 'line'] as const

export function loadCases(name: (typeof caseFiles)[number]): HttpCase[] {
  const file = join(import.meta.dirname, `${name}.json`)
  return z.array(Case).parse(JSON.parse(readFileSync(file, 'utf8')))
}
