/** On what the exceptions of a profile depend, beside path and method. Names of arguments are read as PHP does. */
import type { RequestArguments } from '#parts/waf/transaction.ts'
import type { ArgumentTest } from '../exceptions.ts'
import type { ProfileException } from '../profiles.ts'

type When = ProfileException['when']

/** Undefined when the arguments do not matter. */
export function argumentTest(when: When): ArgumentTest | undefined {
  const { values: wanted, without } = when
  const entries = Object.entries(when.arguments)
  if (entries.length + wanted.length + without.length === 0) return undefined
  return {
    holds: (args) =>
      entries.every(([name, values]) => isOnce(args, name, values)) &&
      wanted.every((one) => haveValues(args, one)) &&
      !args.some(([name]) => without.some((one) => isReadAs(name, one))),
  }
}

/** Of two of a name an application reads one, and who knows which. */
function isOnce(args: RequestArguments, wanted: string, values: readonly string[]): boolean {
  let found = 0
  for (const [name, value] of args) {
    if (!isReadAs(name, wanted)) continue
    if (++found > 1 || name !== wanted || !values.includes(value)) return false
  }
  return found === 1
}

function haveValues(
  args: RequestArguments,
  { names_begin, names_end, values_begin }: When['values'][number],
): boolean {
  const named = args.filter(([name]) => name.startsWith(names_begin) && name.endsWith(names_end))
  return (
    named.length > 0 &&
    named.every(([, value]) => values_begin.some((one) => value.startsWith(one)))
  )
}

/**
 * Whether PHP may make this name of an argument: it skips spaces at the start, ends at a NUL, makes `_` of spaces and dots,
 * and of `[` without its `]`; what stands in brackets are keys (php_register_variable_ex).
 */
function isReadAs(name: string, wanted: string): boolean {
  if (name === wanted) return true
  const nul = name.indexOf('\0')
  const written = (nul < 0 ? name : name.slice(0, nul)).replace(/^ +/, '').replace(/[ .]/g, '_')
  const bracket = written.indexOf('[')
  if (bracket < 0) return written === wanted
  return written.slice(0, bracket) === wanted || written.replace('[', '_') === wanted
}

/** Whether a cookie is there, with a value, whose name begins so. Nobody checks whether it is a true one. */
export function hasCookie(
  headers: readonly (readonly [name: string, value: string])[],
  beginnings: readonly string[],
): boolean {
  for (const [name, value] of headers) {
    if (name.length !== 6 || name.toLowerCase() !== 'cookie') continue
    for (const pair of value.split(';')) {
      const equals = pair.indexOf('=')
      if (equals < 0 || pair.slice(equals + 1).trim() === '') continue
      const cookie = pair.slice(0, equals).trim()
      if (beginnings.some((one) => cookie.startsWith(one))) return true
    }
  }
  return false
}
