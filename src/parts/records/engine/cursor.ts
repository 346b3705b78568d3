/** Where the next page of a list starts: the time and id of the last row, opaque to clients. */
import { recordsFaults } from '../faults.ts'
import { isUuid } from './text.ts'

export type Place = { readonly at: string; readonly id: string }

export function cursorOf(place: Place): string {
  return Buffer.from(`${place.at} ${place.id}`).toString('base64url')
}

/** @throws records.bad_cursor */
export function placeOf(cursor: string): Place {
  const [at = '', id = ''] = Buffer.from(cursor, 'base64url').toString('latin1').split(' ')
  const time = Date.parse(at)
  if (Number.isNaN(time) || new Date(time).toISOString() !== at || !isUuid(id)) {
    throw recordsFaults.bad_cursor({ cursor: cursor.slice(0, 200) })
  }
  return { at, id }
}

export type Page<T> = { readonly items: T[]; readonly next_cursor: string | null }

/** Cuts `rows`, of which one more than `limit` was asked for, to a page. */
export function pageOf<T>(rows: T[], limit: number, placeOfRow: (row: T) => Place): Page<T> {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, next_cursor: rows.length > limit && last ? cursorOf(placeOfRow(last)) : null }
}
