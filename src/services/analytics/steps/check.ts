/** First step: which records of a batch are what they should be; none of them is from the future. */
import type { z } from '#base/schema.ts'
import { IntakeBatch, type IntakeRecord, intakeRecordSchema } from '#model/intake.ts'
import { analyticsFaults } from '../faults.ts'

/** A record that nobody keeps, and why. */
export type Refusal = { readonly index: number; readonly why: string }

export type Checked = {
  readonly node: string
  readonly records: readonly { readonly index: number; readonly record: IntakeRecord }[]
  readonly rejected: readonly Refusal[]
  /** Records whose time was put back to what may be. */
  readonly from_future: number
  /** How far the worst of them was ahead of us. */
  readonly ahead_ms: number
}

/** Clocks differ; what is further ahead than this would outlive its retention, and stand above all that happens meanwhile. */
export const ahead_max_ms = 300_000

/** `now_ms`: our wall clock. @throws analytics.wrong_shape when the batch as a whole is none */
export function check(body: unknown, now_ms: number): Checked {
  const batch = IntakeBatch.safeParse(body)
  if (!batch.success) throw analyticsFaults.wrong_shape({ why: sentence(batch.error) })
  const records: Checked['records'][number][] = []
  const rejected: Refusal[] = []
  let from_future = 0
  let ahead_ms = 0
  for (const [index, candidate] of batch.data.records.entries()) {
    const parsed = intakeRecordSchema.safeParse(candidate)
    if (!parsed.success) rejected.push({ index, why: sentence(parsed.error) })
    else {
      const why = misfit(parsed.data, batch.data.node)
      if (why !== undefined) {
        rejected.push({ index, why })
        continue
      }
      const ahead = aheadOf(parsed.data, now_ms)
      if (ahead > ahead_max_ms) {
        from_future += 1
        ahead_ms = Math.max(ahead_ms, ahead)
      }
      records.push({
        index,
        record: ahead > ahead_max_ms ? putBack(parsed.data, now_ms + ahead_max_ms) : parsed.data,
      })
    }
  }
  return { node: batch.data.node, records, rejected, from_future, ahead_ms }
}

function aheadOf(record: IntakeRecord, now_ms: number): number {
  const { at } = contentOf(record)
  const hybrid_ms = record.kind === 'event' ? hybridTime(record.event.hlc) : 0
  return Math.max(Date.parse(at), hybrid_ms) - now_ms
}

function hybridTime(hlc: string): number {
  return Number(hlc.slice(0, 15))
}

/** The same record, no later than `latest_ms`. */
function putBack(record: IntakeRecord, latest_ms: number): IntakeRecord {
  const at = (told: string) => new Date(Math.min(Date.parse(told), latest_ms)).toISOString()
  switch (record.kind) {
    case 'hit':
      return { ...record, hit: { ...record.hit, at: at(record.hit.at) } }
    case 'traffic':
      return { ...record, traffic: { ...record.traffic, at: at(record.traffic.at) } }
    case 'request':
      return { ...record, recorded: { ...record.recorded, at: at(record.recorded.at) } }
    case 'event': {
      const { hlc } = record.event
      const ms = String(Math.min(hybridTime(hlc), Math.trunc(latest_ms))).padStart(15, '0')
      const event = { ...record.event, at: at(record.event.at), hlc: ms + hlc.slice(15) }
      return { ...record, event }
    }
    default:
      return record satisfies never
  }
}

/** Longest event in JSON; what a log line holds is far below. */
const event_chars_max = 16_384

/** A node speaks for itself only: else one that was taken over could write what others did. */
function misfit(record: IntakeRecord, node: string): string | undefined {
  if (contentOf(record).node !== node) return `it names another node than the batch`
  if (record.kind === 'event' && JSON.stringify(record.event).length > event_chars_max)
    return `an event has at most ${event_chars_max} characters`
  return undefined
}

function contentOf(record: IntakeRecord): { readonly node: string; readonly at: string } {
  switch (record.kind) {
    case 'hit':
      return record.hit
    case 'traffic':
      return record.traffic
    case 'event':
      return record.event
    case 'request':
      return record.recorded
    default:
      return record satisfies never
  }
}

/** Path and rule only, never the value: it may be anything a client sent. */
export function sentence(error: z.ZodError): string {
  const [issue] = error.issues
  return issue ? `${issue.path.join('.') || 'the whole'}: ${issue.message}`.slice(0, 300) : ''
}
