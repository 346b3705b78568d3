/** What the palette offers for a text: pages and attack types by name, and what the text itself may be. */

import { formatAttackQuery } from '#model/attack-query.ts'
import { attackTypeNames, attackTypes } from '#model/attack-type-names.ts'
import { words } from '../words.ts'
import { pages } from './pages.ts'

export type Entry = {
  readonly id: string
  readonly label: string
  readonly kind: string
  readonly href: string
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const address = /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:.]+)$/i
const shown_max = 9

const fixed: readonly Entry[] = [
  ...pages.map((page) => ({
    id: page.to,
    label: page.label,
    kind: words.palette.page,
    href: page.to as string,
  })),
  ...attackTypes.map((type) => ({
    id: type,
    label: attackTypeNames[type],
    kind: words.palette.type,
    href: attacksHref('type', type),
  })),
]

/** Entries for what was typed, best first; the pages when nothing was. */
export function paletteEntries(typed: string): readonly Entry[] {
  const text = typed.trim()
  if (text === '') return fixed.slice(0, shown_max)
  const kind = words.palette.action
  if (uuid.test(text)) {
    const id = text.toLowerCase()
    return [{ id: 'request', label: words.palette.request(id), kind, href: `/requests/${id}` }]
  }
  const own: Entry = address.test(text)
    ? { id: 'own', label: words.palette.client(text), kind, href: attacksHref('client', text) }
    : { id: 'own', label: words.palette.text(text), kind, href: attacksHref('text', text) }
  const wanted = text.toLowerCase()
  const found = fixed.filter(
    (e) => e.label.toLowerCase().includes(wanted) || e.id.startsWith(wanted),
  )
  return [...found.slice(0, shown_max - 1), own]
}

function attacksHref(key: 'type' | 'client' | 'text', value: string): string {
  return `/attacks?q=${encodeURIComponent(formatAttackQuery([{ key, value }]))}`
}
