/** Many rows in one parameter: one statement text whatever their number, and one value to send. */
import { type RawBuilder, sql } from 'kysely'

/** Column names with their types, as `jsonb_to_recordset` wants them. */
export type Columns = Readonly<Record<string, string>>

/** `rows` as a table `r` with `columns`; a row may have more fields than that. */
export function recordset(rows: readonly object[], columns: Columns): RawBuilder<unknown> {
  const list = Object.entries(columns).map(([name, type]) => `${name} ${type}`)
  return sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(${sql.raw(list.join(', '))})`
}

/** `a, b, c` */
export function names(columns: Columns): RawBuilder<unknown> {
  return sql.raw(Object.keys(columns).join(', '))
}

/** `a = excluded.a, b = excluded.b` */
export function excluded(columns: Columns): RawBuilder<unknown> {
  return sql.raw(
    Object.keys(columns)
      .map((name) => `${name} = excluded.${name}`)
      .join(', '),
  )
}
