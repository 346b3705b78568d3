/** The values rules look at, and what transformations made of them. */
import type { ChainNode, Entry, Text } from '../program.ts'
import { readKinds } from './byte-kinds.ts'

// Rule sets have some sixty chains; one allocation serves them all.
const chainsExpected = 64

export function textOf(text: string): Text {
  return { text, made: undefined, is_read: false, marks: 0, others: 0 }
}

/** A value of a variable that has one. */
export function single(collection: string, text: string): Entry {
  return { collection, key: '', folded: '', value: textOf(text), origin: undefined }
}

/** A value with a key. */
export function keyed(collection: string, key: string, value: Text): Entry {
  return { collection, key, folded: key.toLowerCase(), value, origin: undefined }
}

/** `ARGS:id`, or `REQUEST_URI` when the variable has one value. */
export function nameOf(entry: Entry): string {
  return entry.key === '' ? entry.collection : `${entry.collection}:${entry.key}`
}

/**
 * The value after a chain of transformations; each prefix is computed once per value, and not at all when the value
 * holds nothing that the chain could change.
 */
export function transformed(value: Text, chain: ChainNode): Text {
  if (chain.before === undefined) return value
  if (!chain.is_always) {
    if (!value.is_read) readKinds(value)
    const { marks, others } = chain.triggers
    if (((value.marks & marks) | (value.others & others)) === 0) return value
  }
  if (value.made === undefined) value.made = new Array<Text | undefined>(chainsExpected)
  const known = value.made[chain.number]
  if (known !== undefined) return known
  const before = transformed(value, chain.before)
  const text = chain.transform(before.text)
  const result = text === before.text ? before : textOf(text)
  value.made[chain.number] = result
  return result
}

/** A number as ModSecurity reads it: sign and leading digits, otherwise 0. */
export function toInteger(text: string): number {
  let at = 0
  while (text.charCodeAt(at) === 32 || (text.charCodeAt(at) >= 9 && text.charCodeAt(at) <= 13)) at++
  const sign = text.charCodeAt(at)
  if (sign === 43 || sign === 45) at++
  let number = 0
  for (; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) break
    number = number * 10 + digit
  }
  return sign === 45 ? -number : number
}
