/** What both engines offer to Kysely: connections that take SQL with parameters. */
import type { PostgresQueryResult } from 'kysely'

export type Link = {
  /** Waits for a connection; rejects when there is none to be had. */
  connect(): Promise<Connection>
  close(): Promise<void>
}

export type Connection = {
  query(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<unknown>>
  /** `is_broken`: never use this connection again. */
  release(is_broken: boolean): void
}
