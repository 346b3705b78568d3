import { wordTable } from '../injection/word-table.ts'
import {
  active_elements,
  active_styles,
  events,
  markup_attributes,
  url_attributes,
} from './names.data.ts'

/** What an attribute can do, by its name. */
export const attribute = {
  plain: 0,
  handler: 1,
  url: 2,
  markup: 3,
  maybe_handler: 4,
  style: 5,
} as const

const elementOf = wordTable(pairs(active_elements, 1))
const eventOf = wordTable(pairs(events, 1))
const attributeOf = wordTable([
  ...pairs(url_attributes, attribute.url),
  ...pairs(markup_attributes, attribute.markup),
  ['style', attribute.style],
])

/** Does the element name at [start, end), with or without a namespace prefix, run or load? */
export function isActiveElement(value: string, start: number, end: number): boolean {
  return (
    elementOf(value, start, end) !== 0 ||
    elementOf(value, afterPrefix(value, start, end), end) !== 0
  )
}

/** What the attribute name at [start, end) can do. */
export function attributeKind(value: string, start: number, end: number): number {
  const local = afterPrefix(value, start, end)
  if (end - local > 4 && isOn(value, local)) {
    if (eventOf(value, local + 2, end) !== 0) return attribute.handler
    return isWord(value, local, end) ? attribute.maybe_handler : attribute.plain
  }
  return attributeOf(value, local, end)
}

/** Does the style in [start, end) hold a script? */
export function isActiveStyle(value: string, start: number, end: number): boolean {
  const text = value.slice(start, end).toLowerCase()
  return active_styles.some((word) => text.includes(word))
}

function isOn(value: string, at: number): boolean {
  return (value.charCodeAt(at) | 32) === 111 && (value.charCodeAt(at + 1) | 32) === 110
}

function isWord(value: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const code = value.charCodeAt(at) | 32
    if (code < 97 || code > 122) return false
  }
  return true
}

function afterPrefix(value: string, start: number, end: number): number {
  // Prefixes are short; a longer one is not looked for, which keeps names linear.
  for (let at = start; at < end && at < start + 64; at++)
    if (value.charCodeAt(at) === 58) return at + 1
  return start
}

function pairs(list: string, number: number): (readonly [string, number])[] {
  return list.split(/\s+/).map((word) => [word, number] as const)
}
