/** How values of the database look in code, the same from both engines. */
import pg from 'pg'

const int8 = 20
const numeric = 1700
const timestamptz = 1184

type Parser = (text: string) => unknown

/**
 * Counts and sums become numbers (exact up to 2^53), times become ISO strings in UTC with milliseconds as the model
 * writes them; everything else is as `pg` has it.
 */
export const valueParsers = {
  getTypeParser(oid: number, format?: 'text' | 'binary'): Parser {
    if (format !== 'binary') {
      if (oid === int8 || oid === numeric) return Number
      if (oid === timestamptz) return isoTime
    }
    return pg.types.getTypeParser(oid, format as 'text') as Parser
  },
} as pg.CustomTypesConfig

/** `2026-11-20 10:00:00.5+00` to `2026-11-20T10:00:00.500Z`. */
function isoTime(text: string): string {
  const utc = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,3}))?\+00$/.exec(text)
  if (utc) return `${utc[1]}T${utc[2]}.${(utc[3] ?? '').padEnd(3, '0')}Z`
  const date: unknown = pg.types.getTypeParser(timestamptz)(text)
  return date instanceof Date ? date.toISOString() : text
}
