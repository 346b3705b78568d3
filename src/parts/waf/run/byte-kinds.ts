/**
 * Which kinds of bytes a value holds, as two words of bits: enough to know at once that most transformations will not
 * change it and that most expressions cannot match it.
 */

/** `marks`: the 32 marks of ASCII, a bit each. `others`: letters without regard to case, digits, blanks, controls. */
export type Kinds = { readonly marks: number; readonly others: number }

export const noKinds: Kinds = { marks: 0, others: 0 }

const marksOf = new Int32Array(256)
const othersOf = new Int32Array(256)

const digit = 1 << 26
const upper = 1 << 27
const space = 1 << 28
const blank = 1 << 29
const control = 1 << 30
const high = 1 << 31

fillTables()

function fillTables() {
  let mark = 0
  for (let code = 0; code < 256; code++) {
    const letter = (code | 32) - 97
    if (code >= 128) othersOf[code] = high
    else if (code >= 48 && code <= 57) othersOf[code] = digit
    else if (letter >= 0 && letter < 26) othersOf[code] = (1 << letter) | (code < 97 ? upper : 0)
    else if (code === 32) othersOf[code] = space
    else if (code >= 9 && code <= 13) othersOf[code] = blank
    else if (code < 32 || code === 127) othersOf[code] = control
    else marksOf[code] = 1 << mark++
  }
}

/** A value's kinds, written into it. */
export function readKinds(value: {
  text: string
  marks: number
  others: number
  is_read: boolean
}) {
  const { text } = value
  let marks = 0
  let others = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at) & 255
    marks |= marksOf[code] ?? 0
    others |= othersOf[code] ?? 0
  }
  value.marks = marks
  value.others = others
  value.is_read = true
}

/**
 * The kinds that stand for a set of bytes: a value with a byte of the set has one of them. An upper-case letter
 * brings two kinds; of a set that holds capitals only, the capital's is enough.
 */
export function kindsOfSet(hasByte: (byte: number) => boolean): Kinds {
  let marks = 0
  let others = 0
  const isUpper = (code: number) => code >= 65 && code <= 90
  const wanted = [...Array(256).keys()].filter(hasByte)
  const onlyCapitals = wanted.some(isUpper) && capitals.every((code) => wanted.includes(code))
  for (const code of wanted) {
    marks |= marksOf[code] ?? 0
    others |= isUpper(code) && onlyCapitals ? upper : (othersOf[code] ?? 0) & ~upper
  }
  return { marks, others }
}

const capitals = Array.from({ length: 26 }, (_, at) => 65 + at)

export function unionOf(a: Kinds, b: Kinds): Kinds {
  return { marks: a.marks | b.marks, others: a.others | b.others }
}
