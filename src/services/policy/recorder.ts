/** Writes the activity log for handlers: who, from where, what, and never a secret. */
import type { World } from '#base/service.ts'
import type { NewActivity } from '#parts/records/activity.ts'
import { appendActivity, withActivity } from '#parts/records/activity.ts'
import type { Database } from '#parts/records/database.ts'
import { policyFaults } from './faults.ts'
import type { Actor, Details, Note, Recorder } from './handler.ts'

export function recorder(database: Database, { clock, log }: World): Recorder {
  const entryOf = (
    { who, address }: Actor,
    { action, subject, details = {} }: Note,
  ): NewActivity => {
    const { kept, left_out } = withoutSecrets(details)
    // A handler that tells a secret is a bug: tests fail on this line of the log, an installation goes on without it.
    if (left_out.length > 0) {
      log.trouble('activity.secret_left_out', policyFaults.secret_in_details({ action }), {
        fields: left_out.join(' '),
      })
    }
    return {
      at: new Date(clock.now()).toISOString(),
      who: actorName(who),
      client: address,
      action,
      subject,
      details: kept,
    }
  }
  return {
    async record(actor, action, subject, details = {}) {
      await appendActivity(database, entryOf(actor, { action, subject, details }))
    },
    recordWith: (actor, note, change) =>
      withActivity(database, change, (result) =>
        entryOf(actor, typeof note === 'function' ? note(result) : note),
      ),
  }
}

/** As the activity log names them: `vera`, `token:ci of vera`, `local`; `nobody` before a login. */
export function actorName(who: Actor['who']): string {
  if (!who) return 'nobody'
  return who.token ? `token:${who.token.name} of ${who.username}` : who.username
}

const secret = /pass(word|phrase)|secret|token$|private|credential|cookie|authorization|^key$/i

/** Texts under a name that tells a secret are replaced; switches such as `must_change_password` say nothing. Pure. */
export function withoutSecrets(details: Details): {
  readonly kept: Record<string, unknown>
  readonly left_out: readonly string[]
} {
  const left_out: string[] = []
  const clean = (value: unknown, name: string): unknown => {
    if (secret.test(name) && (typeof value === 'string' || typeof value === 'object') && value) {
      left_out.push(name)
      return '(left out)'
    }
    if (Array.isArray(value)) return value.map((one) => clean(one, ''))
    return typeof value === 'object' && value !== null ? cleanAll(value) : value
  }
  const cleanAll = (fields: object): Record<string, unknown> =>
    Object.fromEntries(Object.entries(fields).map(([name, one]) => [name, clean(one, name)]))
  return { kept: cleanAll(details), left_out }
}
