/** Values from outside made fit for a statement. */

/** A pattern that finds `text` anywhere: its own `%`, `_` and `\` stand for themselves. */
export function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`
}

/** PostgreSQL has no NUL in text: a condition with one finds nothing and must not reach it. */
export function hasNul(texts: readonly (string | undefined)[]): boolean {
  return texts.some((text) => text?.includes('\0'))
}

export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
}

/** The time in milliseconds and UTC; what lies before 1970 becomes 1970 (PostgreSQL has no year 0). */
export function instant(iso: string): string {
  return new Date(Math.max(0, Date.parse(iso))).toISOString()
}
