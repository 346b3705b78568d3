/** A PostgreSQL server as a link. */
import pg from 'pg'
import type { Link } from './link.ts'
import { valueParsers } from './parsers.ts'

/** Connects only when asked; `url` as libpq writes it. */
export function serverLink(url: string): Link {
  const pool = new pg.Pool({
    connectionString: url,
    types: valueParsers,
    // One writer, the API's reads and an export: more would only queue inside a small server.
    max: 8,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    // A server that froze must not hold intake for ever: the statement is tried again, storing is idempotent.
    query_timeout: 60_000,
    statement_timeout: 55_000,
    application_name: 'gatehouse',
    keepAlive: true,
  })
  // Without a listener the loss of a connection would end the process; the next query on it tells its caller.
  pool.on('error', () => {})
  pool.on('connect', (client) => {
    client.on('error', () => {})
  })
  return {
    async connect() {
      const client = await pool.connect()
      return {
        async query(sql, parameters) {
          const result = await client.query(sql, [...parameters])
          return {
            command: result.command as 'SELECT',
            rowCount: result.rowCount ?? 0,
            rows: result.rows,
          }
        },
        release: (is_broken) => client.release(is_broken),
      }
    },
    close: () => pool.end(),
  }
}
