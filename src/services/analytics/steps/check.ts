/** First step: which records of a batch are what they should be. */
import type { z } from '#base/schema.ts'
import { IntakeBatch, type IntakeRecord, intakeRecordSchema } from '#model/intake.ts'
import { analyticsFaults } from '../faults.ts'

/** A record that nobody keeps, and why. */
export type Refusal = { readonly index: number; readonly why: string }

export type Checked = {
  readonly node: string
  readonly records: readonly { readonly index: number; readonly record: IntakeRecord }[]
  readonly rejected: readonly Refusal[]
}

/** @throws analytics.wrong_shape when the batch as a whole is none */
export function check(body: unknown): Checked {
  const batch = IntakeBatch.safeParse(body)
  if (!batch.success) throw analyticsFaults.wrong_shape({ why: sentence(batch.error) })
  const records: Checked['records'][number][] = []
  const rejected: Refusal[] = []
  for (const [index, candidate] of batch.data.records.entries()) {
    const parsed = intakeRecordSchema.safeParse(candidate)
    if (!parsed.success) rejected.push({ index, why: sentence(parsed.error) })
    else {
      const why = misfit(parsed.data, batch.data.node)
      if (why === undefined) records.push({ index, record: parsed.data })
      else rejected.push({ index, why })
    }
  }
  return { node: batch.data.node, records, rejected }
}

/** Longest event in JSON; what a log line holds is far below. */
const event_chars_max = 16_384

/** A node speaks for itself only: else one that was taken over could write what others did. */
function misfit(record: IntakeRecord, node: string): string | undefined {
  if (nodeOf(record) !== node) return `it names another node than the batch`
  if (record.kind === 'event' && JSON.stringify(record.event).length > event_chars_max)
    return `an event has at most ${event_chars_max} characters`
  return undefined
}

function nodeOf(record: IntakeRecord): string {
  switch (record.kind) {
    case 'hit':
      return record.hit.node
    case 'traffic':
      return record.traffic.node
    case 'event':
      return record.event.node
    case 'request':
      return record.recorded.node
    default:
      return record satisfies never
  }
}

/** Path and rule only, never the value: it may be anything a client sent. */
export function sentence(error: z.ZodError): string {
  const [issue] = error.issues
  return issue ? `${issue.path.join('.') || 'the whole'}: ${issue.message}`.slice(0, 300) : ''
}
