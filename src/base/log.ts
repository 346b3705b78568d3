/** Logs are events, not prose: `area.past_verb` and flat fields with units in their names. */
import { pino } from 'pino'
import { Fault, messageOf } from './fault.ts'

/** Scalars only, so that no body and no secret object can slip into a log line. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined | null>>

export type Log = {
  /** Something happened. */
  event(name: string, fields?: LogFields): void
  /** Someone must act; carries the fault that says why. */
  trouble(name: string, cause: unknown, fields?: LogFields): void
  /** Off unless asked for. */
  detail(name: string, fields?: LogFields): void
  /** The same log with fields on every line. */
  with(fields: LogFields): Log
}

export type LogLevel = 'detail' | 'event' | 'trouble' | 'silent'
const pinoLevels = { detail: 'debug', event: 'info', trouble: 'error', silent: 'silent' } as const

/** JSON lines on standard output (or to `write` in a test). */
export function jsonLog(level: LogLevel = 'event', write?: (line: string) => void): Log {
  const options = {
    level: pinoLevels[level],
    base: null,
    messageKey: 'event',
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  return wrap(
    write ? pino(options, { write }) : pino(options, pino.destination({ fd: 1, sync: true })),
  )
}

/** A log that says nothing. */
export const silentLog: Log = {
  event() {},
  trouble() {},
  detail() {},
  with: () => silentLog,
}

function wrap(out: pino.Logger): Log {
  return {
    event: (name, fields = {}) => out.info(fields, name),
    trouble: (name, cause, fields = {}) => out.error({ ...fields, ...describe(cause) }, name),
    detail: (name, fields = {}) => out.debug(fields, name),
    with: (fields) => wrap(out.child(fields)),
  }
}

function describe(cause: unknown): LogFields {
  if (cause instanceof Fault) return { code: cause.code, message: cause.message, ...cause.facts }
  const stack = cause instanceof Error ? cause.stack : undefined
  return { code: 'bug', message: messageOf(cause), stack }
}
