/** What edges send to analytics (port 3313): batches of records, delivered at least once. */
import { z } from '#base/schema.ts'
import { SystemEvent } from './event.ts'
import { Hit } from './hit.ts'
import { RecordedRequest } from './replay.ts'
import { TrafficSample } from './traffic.ts'

export const intakeRecordSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('hit'), hit: Hit }),
  z.strictObject({ kind: z.literal('traffic'), traffic: TrafficSample }),
  z.strictObject({ kind: z.literal('event'), event: SystemEvent }),
  z.strictObject({ kind: z.literal('request'), recorded: RecordedRequest }),
])
/** One line in the spool. */
export type IntakeRecord = z.infer<typeof intakeRecordSchema>

/** `POST /v1/records`: answered 200 with `stored` only when all of them are in the database. */
export const IntakeBatch = z.strictObject({
  node: z.string(),
  version: z.string(),
  records: z.array(z.unknown()).max(1000),
})
export type IntakeBatch = { node: string; version: string; records: IntakeRecord[] }

/** `rejected`: indexes of records that no schema fits: kept by nobody, told to the sender, counted as lost. */
export const IntakeAnswer = z.strictObject({ stored: z.int(), rejected: z.array(z.int()) })
export type IntakeAnswer = z.infer<typeof IntakeAnswer>
