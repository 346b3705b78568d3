/** A hit: one attack type found in one request. Made at the edge, where everything secret is masked. */
import { z } from '#base/schema.ts'
import { AttackType } from './attack-type.ts'

/** What was done: `monitored` let through, `blocked` by the rules, `refused` before they ran (framing, limits, faults). */
export const Action = z.enum(['monitored', 'blocked', 'refused'])
export type Action = z.infer<typeof Action>

/** One step on the way from what was sent to what a rule saw; `value` is printable. */
export const DecodeStep = z.strictObject({ transformation: z.string(), value: z.string() })

/** A rule that matched, as the engine's audit record tells it. All texts are printable and masked. */
export const MatchRecord = z.strictObject({
  rule_id: z.int(),
  message: z.string(),
  data: z.string(),
  severity: z.string(),
  tags: z.array(z.string()),
  file: z.string(),
  line: z.int(),
  operator: z.string(),
  score: z.int(),
  paranoia_level: z.int().nullable(),
  phase: z.int(),
  /** `ARGS:id`. */
  variable: z.string(),
  /** What was sent, before any transformation. */
  raw_value: z.string(),
  /** What the operator saw. */
  value: z.string(),
  steps: z.array(DecodeStep),
  /** The part of `value` that the operator hit: offsets in characters, [start, end); start -1 when it cannot be told. */
  highlight_start: z.int(),
  highlight_end: z.int(),
})
export type MatchRecord = z.infer<typeof MatchRecord>

/** Where a payload stands in the recorded request: characters [start, end) of the part's text. */
export const Span = z.strictObject({
  part: z.enum(['uri', 'header', 'body']),
  /** Index in `headers` when part is header, else 0. */
  index: z.int(),
  start: z.int(),
  end: z.int(),
})
export type Span = z.infer<typeof Span>

/** The request as it may be kept: printable, cut to size, with secrets replaced by asterisks of the same length. */
export const RequestRecord = z.strictObject({
  method: z.string(),
  uri: z.string(),
  http_version: z.string(),
  headers: z.array(z.tuple([z.string(), z.string()])),
  body: z.string(),
  /** Size of the whole body as sent, also when `body` is cut. */
  body_bytes: z.int(),
  is_cut: z.boolean(),
  /** Where the payloads stand. */
  spans: z.array(Span),
})
export type RequestRecord = z.infer<typeof RequestRecord>

export const Hit = z.strictObject({
  /** UUIDv7 made at the edge: storing is idempotent by it. */
  id: z.uuid(),
  request_id: z.uuid(),
  at: z.iso.datetime(),
  node: z.string(),
  site: z.string(),
  client: z.string().describe('Address of the client as trusted'),
  attack_type: AttackType,
  rule_ids: z.array(z.int()),
  /** Where the payload was: `ARGS:id`; `` when it is the request as a whole. */
  parameter: z.string(),
  /** Host and path, without query: `shop.example/cart`. */
  target: z.string(),
  /** Printable payload as the heaviest rule saw it, at most 4 KiB. */
  value: z.string(),
  /** Transformations that changed the value on its way. */
  decoded_by: z.array(z.string()),
  /** Anomaly score of this attack type in this request. */
  score: z.int(),
  action: Action,
  /** Status the client got. */
  status: z.int(),
  /** One sentence for a person: why. */
  reason: z.string(),
  bundle: z.string(),
  rule_set: z.string(),
  matches: z.array(MatchRecord),
  request: RequestRecord,
})
export type Hit = z.infer<typeof Hit>

/** A hit without its heavy parts, for lists. */
export const HitSummary = Hit.omit({ matches: true, request: true }).extend({
  method: z.string(),
  uri: z.string(),
  attack_id: z.string(),
})
export type HitSummary = z.infer<typeof HitSummary>
