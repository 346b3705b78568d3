/** Sessions of browsers: an opaque token in a cookie, its hash in the database, a CSRF token made of it. */
import type { Clock } from '#base/clock.ts'
import { derivedToken, isToken, newToken, tokenHash } from '#parts/identity/tokens.ts'
import type { Database } from '#parts/records/database.ts'
import {
  deleteEndedSessions,
  deleteSession,
  deleteSessionsOf,
  findSession,
  insertSession,
  type Session,
  touchSession,
} from '#parts/records/sessions.ts'
import { noteLogin, type User } from '#parts/records/users.ts'
import { policyFaults } from '../faults.ts'
import type { Who } from '../handler.ts'

/** `db`: the transaction that it belongs to, when it is part of one. */
export type Sessions = {
  /**
   * Always a new token: one that was planted before the login is worth nothing after it. `db` is the transaction of the
   * login. Throws `policy.login_failed` when password or second factor of the user changed since they were checked.
   */
  open(
    user: User,
    address: string,
    db: Database,
  ): Promise<{ readonly token: string; readonly who: Who }>
  /** Clears what has ended. On its own: within a login's transaction it would wait for others' locks. */
  sweep(): Promise<void>
  /** Who holds the token; undefined when it is none of ours or has ended. */
  find(token: string | undefined): Promise<Who | undefined>
  /** Does it still hold? For streams that outlive the check at their start. */
  isAlive(id_hash: string): Promise<boolean>
  close(id_hash: string, db?: Database): Promise<void>
  closeAllOf(user_id: string, db?: Database): Promise<void>
}

type Limits = { readonly session_idle: number; readonly session_max: number }

/** How exactly "last seen" is kept: a write per call would cost more than it tells. */
const touch_every_ms = 60_000

export function sessions(database: Database, limits: Limits, clock: Clock): Sessions {
  const at = (ms: number) => new Date(ms).toISOString()
  const endOf = (session: Pick<Session, 'created_at' | 'seen_at'>) =>
    Math.min(
      Date.parse(session.created_at) + limits.session_max,
      Date.parse(session.seen_at) + limits.session_idle,
    )

  return {
    async open(user, address, db) {
      const now = clock.now()
      const token = newToken()
      const id_hash = tokenHash(token)
      if (!(await noteLogin(db, user, at(now)))) throw policyFaults.login_failed({})
      await insertSession(db, { id_hash, user_id: user.id, client: address, at: at(now) })
      const times = { created_at: at(now), seen_at: at(now) }
      const has_totp = user.totp_secret !== null
      const session = { ...user, has_totp, id_hash, user_id: user.id, ...times }
      const who = whoOf(token, session, endOf(times))
      return { token, who }
    },
    sweep: () =>
      deleteEndedSessions(database, {
        seen_before: at(clock.now() - limits.session_idle),
        created_before: at(clock.now() - limits.session_max),
      }),
    async find(token) {
      if (!isToken(token)) return undefined
      const session = await findSession(database, tokenHash(token))
      const now = clock.now()
      if (!session || endOf(session) <= now) return undefined
      if (now - Date.parse(session.seen_at) < touch_every_ms) {
        return whoOf(token, session, endOf(session))
      }
      await touchSession(database, session.id_hash, at(now))
      return whoOf(token, session, endOf({ ...session, seen_at: at(now) }))
    },
    async isAlive(id_hash) {
      const session = await findSession(database, id_hash)
      return session !== undefined && endOf(session) > clock.now()
    },
    close: (id_hash, db = database) => deleteSession(db, id_hash),
    closeAllOf: (user_id, db = database) => deleteSessionsOf(db, user_id),
  }
}

function whoOf(
  token: string,
  session: Omit<Session, 'created_at' | 'seen_at'>,
  expires_at_ms: number,
): Who {
  return {
    kind: 'session',
    username: session.username,
    role: session.role,
    csrf_token: derivedToken(token, 'csrf'),
    must_change_password: session.must_change_password,
    has_totp: session.has_totp,
    expires_at_ms,
    session: { id_hash: session.id_hash, user_id: session.user_id },
  }
}
