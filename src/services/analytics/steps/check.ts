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
    if (parsed.success) records.push({ index, record: parsed.data })
    else rejected.push({ index, why: sentence(parsed.error) })
  }
  return { node: batch.data.node, records, rejected }
}

/** Path and rule only, never the value: it may be anything a client sent. */
export function sentence(error: z.ZodError): string {
  const [issue] = error.issues
  return issue ? `${issue.path.join('.') || 'the whole'}: ${issue.message}`.slice(0, 300) : ''
}
