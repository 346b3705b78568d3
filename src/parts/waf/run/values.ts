/** The values rules look at, and what transformations made of them. */
import type { ChainNode, Entry, Text } from '../program.ts'

// Rule sets have some sixty chains; one allocation serves them all.
const chainsExpected = 64

export function textOf(text: string): Text {
  return { text, made: undefined }
}

/** A value of a variable that has one. */
export function single(collection: string, text: string): Entry {
  return { collection, key: '', folded: '', value: { text, made: undefined }, origin: undefined }
}

/** A value with a key. */
export function keyed(collection: string, key: string, value: Text): Entry {
  return { collection, key, folded: key.toLowerCase(), value, origin: undefined }
}

/** `ARGS:id`, or `REQUEST_URI` when the variable has one value. */
export function nameOf(entry: Entry): string {
  return entry.key === '' ? entry.collection : `${entry.collection}:${entry.key}`
}

/** The value after a chain of transformations; each prefix is computed once per value. */
export function transformed(value: Text, chain: ChainNode): string {
  if (chain.before === undefined) return value.text
  if (value.made === undefined) value.made = new Array<string | undefined>(chainsExpected)
  const known = value.made[chain.number]
  if (known !== undefined) return known
  const result = chain.transform(transformed(value, chain.before))
  value.made[chain.number] = result
  return result
}

/** The nodes of a chain from its first transformation to its last. */
export function nodesOf(chain: ChainNode): readonly ChainNode[] {
  const nodes: ChainNode[] = []
  for (let node: ChainNode | undefined = chain; node?.before; node = node.before)
    nodes.unshift(node)
  return nodes
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
