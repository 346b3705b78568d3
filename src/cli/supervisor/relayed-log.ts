/**
 * A log whose important lines also go onto the timeline of the cluster: the events that model/event.ts names, and every
 * trouble. It says everything to the log that it stands before, and never throws.
 */
import type { Clock } from '#base/clock.ts'
import { Fault, messageOf } from '#base/fault.ts'
import type { HybridClock } from '#base/hybrid-clock.ts'
import { uuidv7 } from '#base/id.ts'
import type { Log, LogFields } from '#base/log.ts'
import { type Severity, type SystemEvent, systemEvents } from '#model/event.ts'
import { eventSentences } from './event-sentences.ts'

export type RelayedLog = {
  readonly log: Log
  /** Where events go from now on; those from before come first. */
  open(sink: (event: SystemEvent) => void): void
}

export type RelayedLogOptions = {
  /** Of this node; asked when something happens. */
  readonly node: () => string
  readonly clock: Clock
  readonly hlc: HybridClock
}

/** Events that wait for the first sink. */
const waiting_max = 200
/** Of one name in one minute: something that goes wrong a thousand times a second is told of, not repeated. */
const per_minute = { trouble: 20, event: 200 } as const
const minute_ms = 60_000
const names_max = 500

const fields_max = 30
/** All together in JSON, where one character may become six. */
const fields_chars_max = 8_000
const text_max = 500
const message_max = 1_000

type Minute = { count: number; left_out: number }

export function relayedLog(log: Log, { node, clock, hlc }: RelayedLogOptions): RelayedLog {
  const waiting: SystemEvent[] = []
  const minutes = new Map<string, Minute>()
  let sink = (event: SystemEvent): void => {
    if (waiting.length < waiting_max) waiting.push(event)
  }

  const send = (name: string, severity: Severity, message: string, fields: LogFields): void => {
    const now_ms = clock.now()
    sink({
      id: uuidv7(now_ms),
      at: new Date(now_ms).toISOString(),
      hlc: hlc.now(),
      node: node(),
      severity,
      name: name.slice(0, 100),
      message: clean(message, message_max),
      fields: scalars(fields),
    })
  }
  const isTooMuch = (name: string, most: number): boolean => {
    const minute = minutes.get(name) ?? { count: 0, left_out: 0 }
    minute.count += 1
    if (minute.count > most) minute.left_out += 1
    if (minutes.has(name)) return minute.count > most
    if (minutes.size >= names_max) return true
    minutes.set(name, minute)
    clock.after(minute_ms, () => {
      minutes.delete(name)
      const { left_out } = minute
      if (left_out === 0) return
      send(name, 'warning', `${left_out} more of ${name} were left out within a minute`, {
        left_out,
      })
    })
    return false
  }

  const wrap = (to: Log, own: LogFields): Log => ({
    event(name, fields = {}) {
      to.event(name, fields)
      const severity = Object.hasOwn(systemEvents, name) ? systemEvents[name] : undefined
      if (severity === undefined || isTooMuch(name, per_minute.event)) return
      const all = { ...own, ...fields }
      const sentence = Object.hasOwn(eventSentences, name) ? eventSentences[name] : undefined
      send(name, severity, sentence?.((field) => spoken(all[field])) ?? name, all)
    },
    trouble(name, cause, fields = {}) {
      to.trouble(name, cause, fields)
      if (isTooMuch(name, per_minute.trouble)) return
      const is_fault = cause instanceof Fault
      const facts = is_fault ? { ...cause.facts, code: cause.code } : { code: 'bug' }
      const severity = Object.hasOwn(systemEvents, name) ? systemEvents[name] : undefined
      send(name, severity ?? 'error', messageOf(cause), { ...own, ...facts, ...fields })
    },
    detail: (name, fields) => to.detail(name, fields),
    with: (fields) => wrap(to.with(fields), { ...own, ...fields }),
  })
  return {
    log: wrap(log, {}),
    open(next) {
      sink = next
      // What we are called may not have been known then, and analytics takes events only under our name.
      for (const event of waiting.splice(0)) next({ ...event, node: node() })
    },
  }
}

function spoken(value: LogFields[string]): string {
  return value === undefined || value === null || value === ''
    ? '?'
    : clean(String(value), text_max)
}

function scalars(fields: LogFields): SystemEvent['fields'] {
  const kept: Record<string, string | number | boolean | null> = {}
  let chars = 0
  for (const [name, value] of Object.entries(fields).slice(0, fields_max)) {
    if (value === undefined || name === 'stack') continue
    const written = typeof value === 'string' ? clean(value, text_max) : scalar(value)
    chars += JSON.stringify([name, written]).length
    if (chars <= fields_chars_max) kept[name] = written
  }
  return kept
}

/** JSON knows no infinite numbers. */
function scalar(value: number | boolean | null | undefined): number | boolean | null {
  return value === undefined || (typeof value === 'number' && !Number.isFinite(value))
    ? null
    : value
}

/** Fit for a database: neither NUL nor half a character. */
function clean(text: string, chars_max: number): string {
  return text.slice(0, chars_max).replaceAll('\0', '\ufffd').toWellFormed()
}
