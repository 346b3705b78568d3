/** Where the next page of a list starts whose rows are numbered. */
import { recordsFaults } from '../faults.ts'

/** @throws records.bad_cursor */
export function numberOf(cursor: string): number {
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor)
  throw recordsFaults.bad_cursor({ cursor: cursor.slice(0, 200) })
}
