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
  return textOf(value, '', 0)
}

function textOf(value: unknown, path: string, depth: number): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return quoted(value, path)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw refused(path, `${value} is no number of JSON`)
    return JSON.stringify(value)
  }
  if (typeof value !== 'object') throw refused(path, `JSON has no ${typeof value}`)
  if (depth >= depth_max) throw refused(path, `it is nested deeper than ${depth_max}`)
  if (Array.isArray(value)) {
    // Not map(): it would jump over holes.
    const items: string[] = []
    for (let i = 0; i < value.length; i++) items.push(textOf(value[i], `${path}.${i}`, depth + 1))
    return `[${items.join(',')}]`
  }
  return objectText(value, path, depth)
}

function objectText(value: object, path: string, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null)
    throw refused(path, 'only plain objects have one text')
  const fields = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, field]) => {
      const place = `${path}.${key}`
      return `${quoted(key, place)}:${textOf(field, place, depth + 1)}`
    })
  return `{${fields.join(',')}}`
}

function quoted(text: string, path: string): string {
  if (!text.isWellFormed()) throw refused(path, 'half of a surrogate pair stands alone')
  return JSON.stringify(text)
}

function refused(path: string, why: string): Error {
  return bundleFaults.not_canonical({ path: path.slice(1, 200), why })
}
