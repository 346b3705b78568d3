/** How fields and values of a document are called on the page. */
import { attackTypeNames, attackTypes } from '#model/attack-type-names.ts'
import { policyWords as text } from '../words/policy.ts'
import type { JsonSchema } from './json-schema.ts'

/** `block_status`: `Block status`, unless it has a better name. */
export function fieldName(key: string, schema: JsonSchema = {}): string {
  return text.field_names[key] ?? schema.title ?? spaced(key)
}

export function valueName(value: string | number): string {
  const type = attackTypes.find((one) => one === value)
  if (type !== undefined) return attackTypeNames[type]
  return text.values[value] ?? spaced(String(value))
}

/** The sentence of a field, and what counts when it is left empty. */
export function fieldHint(schema: JsonSchema, value: unknown): string | undefined {
  const standard = schema.default
  const has_word = ['string', 'number'].includes(typeof standard) && standard !== ''
  const left = has_word && value === undefined ? text.default(String(standard)) : ''
  const description = schema.description ?? ''
  const dot = description === '' || /[.…]$/.test(description) ? '' : '.'
  return [`${description}${dot}`, left].filter(Boolean).join(' ') || undefined
}

/** What a thing is called in its list, and what else is worth a look while it is closed. */
export function thingWords(
  thing: unknown,
  schema: JsonSchema = {},
): { readonly name: string; readonly detail: string } {
  if (typeof thing !== 'object' || thing === null) return { name: String(thing), detail: '' }
  const fields = thing as Readonly<Record<string, unknown>>
  const name = ['name', 'url', 'uri']
    .map((key) => fields[key])
    .find((one) => typeof one === 'string')
  const detail = Object.entries(fields)
    .filter(([key, value]) => isTold(key, value) && value !== name)
    .filter(([key, value]) => value !== schema.properties?.[key]?.default)
    .map(([key, value]) => told(key, value))
  return { name: String(name ?? ''), detail: detail.slice(0, told_max).join(' · ') }
}

const told_max = 4
const untold = ['html', 'text', 'body', 'reason']

function isTold(key: string, value: unknown): boolean {
  if (untold.includes(key) || value === '' || value === null || value === false) return false
  if (Array.isArray(value)) return value.length > 0 && value.every((one) => typeof one !== 'object')
  return typeof value !== 'object'
}

function told(key: string, value: unknown): string {
  if (value === true) return fieldName(key)
  if (typeof value === 'number') return `${fieldName(key).toLowerCase()} ${value}`
  return Array.isArray(value) ? value.slice(0, 3).join(', ') : String(value)
}

function spaced(key: string): string {
  const words = key.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
