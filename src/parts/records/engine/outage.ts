/** Tells "the database is away" from "this statement is wrong". */

/**
 * SQLSTATE classes and codes after which the same work may succeed later (PostgreSQL manual, appendix A): connection
 * exceptions, no access, too many connections, full disk, shutdown, a standby that only reads, a deadlock.
 */
const passingStates = [
  /^08/,
  /^28/,
  /^3D000$/,
  /^53/,
  /^57P0[1-5]$/,
  /^57014$/,
  /^58/,
  /^25006$/,
  /^40/,
  /^55P03$/,
  /^XX/,
]

/** SQLSTATE classes that blame the data of the statement: data exceptions, limits of the program. */
const dataStates = [/^22/, /^54/, /^23/]

/** After these the connection still works. */
const harmlessStates = [/^25006$/, /^40/, /^53[12]00$/, /^55P03$/, /^57014$/]

/** SQLSTATE or the system's code, such as `57P01` or `ECONNREFUSED`. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return ''
  return typeof error.code === 'string' ? error.code : ''
}

/** The error says nothing about the statement: the database is away or cannot work now. */
export function isOutage(error: unknown): boolean {
  const code = codeOf(error)
  if (/^[0-9A-Z]{5}$/.test(code) && !code.startsWith('E')) {
    return passingStates.some((state) => state.test(code))
  }
  if (code !== '') return /^(E[A-Z]+|ERR_)/.test(code)
  const message = error instanceof Error ? error.message : ''
  return /connection (terminated|ended|error)|timeout|not queryable|closed/i.test(message)
}

/** The connection cannot be used again. */
export function breaksConnection(error: unknown): boolean {
  const code = codeOf(error)
  return isOutage(error) && !harmlessStates.some((state) => state.test(code))
}

/** The values themselves cannot be stored: another try gives the same. */
export function isDataError(error: unknown): boolean {
  return dataStates.some((state) => state.test(codeOf(error)))
}
