/** Recorded requests, and what a candidate policy would do with them. */
import { z } from '#base/schema.ts'
import { RequestRecord } from './hit.ts'

/** A request kept for replay: masked at the edge like a hit's, masked values keep length and classes of characters. */
export const RecordedRequest = z.strictObject({
  /** The request id. */
  id: z.uuid(),
  at: z.iso.datetime(),
  node: z.string(),
  site: z.string(),
  host: z.string(),
  client: z.string(),
  action: z.enum(['passed', 'monitored', 'blocked', 'refused']),
  request: RequestRecord,
})
export type RecordedRequest = z.infer<typeof RecordedRequest>

/** One group of requests whose outcome would change. */
export const ReplayChange = z.strictObject({
  kind: z.enum(['newly_blocked', 'newly_let_through']),
  site: z.string(),
  parameter: z.string(),
  rule_ids: z.array(z.int()),
  requests: z.int(),
  clients: z.int(),
  /** The first few. */
  client_examples: z.array(z.string()),
  /** Requests to look at: ids of hits' requests or of samples. */
  request_ids: z.array(z.string()),
  /** Method and path of the first. */
  example: z.string(),
})
export type ReplayChange = z.infer<typeof ReplayChange>

export const ReplayResult = z.strictObject({
  requests: z.int().describe('How many recorded requests both policies were asked about'),
  from: z.iso.datetime().nullable(),
  to: z.iso.datetime().nullable(),
  same: z.int(),
  newly_blocked: z.int(),
  newly_let_through: z.int(),
  /** Requests that cannot be replayed as they were: body cut, site gone. */
  not_replayed: z.int(),
  took_ms: z.number(),
  changes: z.array(ReplayChange).max(200),
})
export type ReplayResult = z.infer<typeof ReplayResult>
