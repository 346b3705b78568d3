/** The door before an engine: shut until the tables are migrated, and after an outage says `records.unavailable`. */
import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import { Fault, messageOf } from '#base/fault.ts'
import { recordsFaults } from '../faults.ts'
import type { Connection, Link } from './link.ts'
import { breaksConnection, isOutage } from './outage.ts'

export type Gate = PostgresPool & {
  /** Lets calls through to `link`, or to nobody and says why. */
  turn(state: { readonly link: Link } | { readonly why: string }): void
}

/** What calls found: the database away, or there. */
export type Watcher = { lost(why: string): void; works(): void }

export function gate(watcher: Watcher): Gate {
  let state: { readonly link: Link } | { readonly why: string } = { why: 'it is not open yet' }
  const away = (error: unknown): never => {
    if (error instanceof Fault) throw error
    const why = messageOf(error)
    watcher.lost(why)
    throw recordsFaults.unavailable({ why }, { cause: error })
  }
  const refuse = (error: unknown): never => {
    if (error instanceof Fault || !isOutage(error)) throw error
    return away(error)
  }
  return {
    turn(next) {
      state = next
    },
    async connect() {
      if ('why' in state) throw recordsFaults.unavailable({ why: state.why })
      // Whatever keeps us from connecting (a name, a certificate, a password) says nothing about a statement.
      const connection = await state.link.connect().catch(away)
      return client(connection, watcher, refuse)
    },
    async end() {},
  }
}

function client(
  connection: Connection,
  watcher: Watcher,
  refuse: (error: unknown) => never,
): PostgresPoolClient {
  let is_broken = false
  let is_lost = false
  const query = async (sql: string, parameters: readonly unknown[]) => {
    try {
      return await connection.query(sql, parameters)
    } catch (error) {
      is_broken ||= breaksConnection(error)
      is_lost ||= error instanceof Fault || isOutage(error)
      return refuse(error)
    }
  }
  return {
    // Kysely's other form of `query` takes a cursor, which nothing here makes.
    query: query as PostgresPoolClient['query'] & (() => Promise<PostgresQueryResult<never>>),
    release() {
      if (!is_lost) watcher.works()
      connection.release(is_broken)
    },
  }
}
