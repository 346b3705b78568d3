/**
 * One text for one value, so that a hash or a signature over data means the same everywhere.
 * Source: RFC 8785 (JSON Canonicalization Scheme); numbers and strings are as ECMAScript writes them.
 */
import { bundleFaults } from './faults.ts'

/** Deeper than anything of ours, and far from the end of the stack. */
const depth_max = 200

/**
 * Keys sorted by UTF-16 code units, no white space.
 * @throws bundle.not_canonical for what JSON cannot carry: undefined, NaN, functions, lone surrogates, class instances
 */
export function canonicalJson(value: unknown): string {
  return textOf(value, [])
}

/** `trail`: the keys that lead here. One for all, because lists have a million places. */
function textOf(value: unknown, trail: string[]): string {
  if (typeof value === 'string') return quoted(value, trail)
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw refused(trail, `${value} is no number of JSON`)
    return JSON.stringify(value)
  }
  if (typeof value !== 'object') throw refused(trail, `JSON has no ${typeof value}`)
  if (trail.length >= depth_max) throw refused(trail, `it is nested deeper than ${depth_max}`)
  return Array.isArray(value) ? arrayText(value, trail) : objectText(value, trail)
}

function arrayText(value: readonly unknown[], trail: string[]): string {
  const items: string[] = []
  // Not map(): it would jump over holes.
  for (let i = 0; i < value.length; i++) {
    trail.push(String(i))
    items.push(textOf(value[i], trail))
    trail.pop()
  }
  return `[${items.join(',')}]`
}

function objectText(value: object, trail: string[]): string {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null)
    throw refused(trail, 'only plain objects have one text')
  const named = value as Readonly<Record<string, unknown>>
  const fields: string[] = []
  // Without a comparison of its own sort() goes by UTF-16 code units, as RFC 8785, section 3.2.3 asks.
  for (const key of Object.keys(value).sort()) {
    trail.push(key)
    fields.push(`${quoted(key, trail)}:${textOf(named[key], trail)}`)
    trail.pop()
  }
  return `{${fields.join(',')}}`
}

function quoted(text: string, trail: readonly string[]): string {
  if (!text.isWellFormed()) throw refused(trail, 'half of a surrogate pair stands alone')
  return JSON.stringify(text)
}

function refused(trail: readonly string[], why: string): Error {
  return bundleFaults.not_canonical({ path: trail.join('.').slice(0, 200), why })
}
