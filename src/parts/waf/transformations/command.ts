import { byteSet, firstOf, firstPosition, startedBytes, text } from './bytes.ts'

const KEEP = 0
const DROP = 1
const SPACE = 2
const JOIN = 3
const FOLD = 4

/** What cmdLine does with each byte. */
const ACTIONS = actions()

/** Bytes that never stay as they are. */
const CHANGED = byteSet(
  (code) => code !== 32 && code !== 47 && code !== 40 && ACTIONS[code] !== KEEP,
)

function actions(): Uint8Array {
  const table = new Uint8Array(256)
  for (const char of '"\'\\^') table[char.charCodeAt(0)] = DROP
  for (const char of ' ,;\t\r\n') table[char.charCodeAt(0)] = SPACE
  for (const char of '/(') table[char.charCodeAt(0)] = JOIN
  for (let code = 65; code <= 90; code++) table[code] = FOLD
  return table
}

/**
 * Undoes what shells let an attacker insert: `" ' \ ^` go away, `, ;` and white space become one
 * space, none is left before `/` and `(`, letters become lower case. Manual: cmdLine.
 */
export function cmdLine(value: string): string {
  const start = firstChange(value)
  if (start < 0) return value
  const length = value.length
  // In place: the result is never longer than what was read.
  const out = startedBytes(value, length, length)
  let size = start
  let is_after_space = start > 0 && value.charCodeAt(start - 1) === 32
  for (let i = start; i < length; i++) {
    const code = out[i] ?? 0
    const action = ACTIONS[code]
    if (action === DROP) continue
    if (action === SPACE) {
      if (!is_after_space) out[size++] = 32
      is_after_space = true
      continue
    }
    if (action === JOIN && is_after_space) size--
    out[size++] = action === FOLD ? code | 32 : code
    is_after_space = false
  }
  return text(out, size)
}

function firstChange(value: string): number {
  let first = firstOf(value, CHANGED)
  if (value.indexOf(' ') < 0) return first
  for (const pair of ['  ', ' /', ' (']) {
    const at = value.indexOf(pair)
    // What changes is the second byte of the pair.
    if (at >= 0) first = firstPosition(first, at + 1)
  }
  return first
}
