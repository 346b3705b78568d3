import { type Cursor, take, takeUntil } from './cursor.ts'
import { regexFaults } from './faults.ts'

/** The options that hold at a place of a pattern. */
export type Flags = {
  readonly ignore_case: boolean
  readonly dot_all: boolean
  readonly multiline: boolean
  readonly extended: boolean
  readonly ungreedy: boolean
}

/** The options at the start of a pattern. */
export function flagsOf(options: Partial<Flags>): Flags {
  return {
    ignore_case: options.ignore_case ?? false,
    dot_all: options.dot_all ?? false,
    multiline: options.multiline ?? false,
    extended: options.extended ?? false,
    ungreedy: options.ungreedy ?? false,
  }
}

/** What an opening parenthesis begins. `flags` alone changes the rest of the enclosing group. */
export type Opener =
  | { readonly kind: 'capture'; readonly name: string | undefined }
  | { readonly kind: 'plain'; readonly flags: Flags }
  | { readonly kind: 'flags'; readonly flags: Flags }
  | { readonly kind: 'atomic' }
  | { readonly kind: 'look'; readonly is_behind: boolean; readonly is_negative: boolean }
  | { readonly kind: 'reference'; readonly name: string }
  | { readonly kind: 'comment' }

const flagNames: Readonly<Record<string, keyof Flags>> = {
  i: 'ignore_case',
  s: 'dot_all',
  m: 'multiline',
  x: 'extended',
  U: 'ungreedy',
}

const looks: Readonly<Record<string, readonly [is_behind: boolean, is_negative: boolean]>> = {
  '=': [false, false],
  '!': [false, true],
  '<=': [true, false],
  '<!': [true, true],
}

/** Reads what follows `(`; the cursor stands behind it. Source: pcre2pattern(3), "Groups". */
export function parseOpener(cursor: Cursor, flags: Flags): Opener {
  const start = cursor.at - 1
  if (cursor.text.startsWith('*', cursor.at)) {
    throw regexFaults.unsupported({ at: start, construct: 'a verb (*…)' })
  }
  if (!take(cursor, '?')) return { kind: 'capture', name: undefined }
  if (take(cursor, '#')) {
    takeUntil(cursor, ')', 'a comment')
    return { kind: 'comment' }
  }
  for (const [sign, [is_behind, is_negative]] of Object.entries(looks)) {
    if (take(cursor, sign)) return { kind: 'look', is_behind, is_negative }
  }
  if (take(cursor, '>')) return { kind: 'atomic' }
  if (take(cursor, 'P=')) return { kind: 'reference', name: takeUntil(cursor, ')', '(?P=') }
  if (take(cursor, 'P<') || take(cursor, '<')) return named(cursor, '>')
  if (take(cursor, "'")) return named(cursor, "'")
  refuse(cursor, start)
  return parseFlags(cursor, flags, start)
}

function named(cursor: Cursor, end: string): Opener {
  const at = cursor.at
  const name = takeUntil(cursor, end, 'a group name')
  if (!/^[A-Za-z_]\w{0,31}$/.test(name)) {
    throw regexFaults.syntax({ at, problem: `"${name}" is not a group name` })
  }
  return { kind: 'capture', name }
}

function refuse(cursor: Cursor, at: number): void {
  const rest = cursor.text.slice(cursor.at, cursor.at + 2)
  if (/^(?:R|[+-]?\d|&|P>)/.test(rest)) {
    const instead = 'write the group out to the depth that is needed'
    throw regexFaults.not_regular({ at, construct: 'recursion', instead })
  }
  if (rest.startsWith('(')) {
    const instead = 'write both cases as alternatives'
    throw regexFaults.not_regular({ at, construct: 'a conditional group', instead })
  }
  if (rest.startsWith('|')) {
    throw regexFaults.unsupported({ at, construct: 'a branch reset group (?|…)' })
  }
  if (rest.startsWith('C')) throw regexFaults.unsupported({ at, construct: 'a callout (?C…)' })
}

function parseFlags(cursor: Cursor, flags: Flags, start: number): Opener {
  const changed: Record<keyof Flags, boolean> = { ...flags }
  let value = true
  if (take(cursor, '^')) {
    for (const name of ['ignore_case', 'dot_all', 'multiline', 'extended'] as const) {
      changed[name] = false
    }
  }
  for (;;) {
    const letter = cursor.text[cursor.at]
    if (letter === undefined) {
      throw regexFaults.syntax({ at: start, problem: 'a group is not closed with ")"' })
    }
    cursor.at++
    if (letter === ')') return { kind: 'flags', flags: changed }
    if (letter === ':') return { kind: 'plain', flags: changed }
    const name = flagNames[letter]
    if (name !== undefined) changed[name] = value
    else if (letter === '-' && value) value = false
    else {
      const construct = `the option "${letter}" of a group`
      throw regexFaults.unsupported({ at: cursor.at - 1, construct })
    }
  }
}
