/**
 * IP lists made ready for millions of look-ups: allow before deny before gray. Networks stand in one table for each length
 * of prefix, so that a look-up costs one question a length in use, and a change costs nothing but itself.
 */
import { canonicalAddress, networkRange } from '#base/address.ts'
import type { ListEntry, ListKind } from '#model/ip-list.ts'

export type IpLists = {
  readonly size: number
  /**
   * The entry that counts for a client; of one kind the narrowest network. `site`: name of the site; '' while it is not known
   * yet, then only entries for all sites count. Undefined for what is not an address.
   */
  find(client: string, site: string, at_ms: number): ListEntry | undefined
  /** Adds entries (or replaces those of the same id) and takes others away by their ids. */
  change(added: readonly ListEntry[], removed_ids: readonly string[]): void
}

/** Lists made of entries; those whose network cannot be read are left out. */
export function compileLists(entries: readonly ListEntry[]): IpLists {
  const tables = { 4: new NetworkTable(), 6: new NetworkTable() } as const
  const slots = new Map<string, Slot>()

  const remove = (id: string): void => {
    const slot = slots.get(id)
    if (slot === undefined) return
    slots.delete(id)
    tables[slot.family].remove(slot)
  }
  const add = (entry: ListEntry): void => {
    remove(entry.id)
    const slot = slotOf(entry)
    if (slot === undefined) return
    slots.set(entry.id, slot)
    tables[slot.family].add(slot)
  }
  for (const entry of entries) add(entry)

  return {
    get size() {
      return slots.size
    },
    find(client, site, at_ms) {
      if (slots.size === 0) return undefined
      const v4 = bits4(client)
      if (v4 !== undefined) return tables[4].find(v4, site, at_ms)
      const canonical = canonicalAddress(client)
      if (canonical === undefined) return undefined
      const mapped = bits4(canonical)
      if (mapped !== undefined) return tables[4].find(mapped, site, at_ms)
      return tables[6].find(bits6(canonical), site, at_ms)
    },
    change(added, removed_ids) {
      for (const id of removed_ids) remove(id)
      for (const entry of added) add(entry)
    },
  }
}

const ranks: Readonly<Record<ListKind, number>> = { allow: 0, deny: 1, gray: 2 }

/** An entry in its place. */
type Slot = {
  readonly entry: ListEntry
  readonly family: 4 | 6
  readonly length: number
  readonly key: string | number
  readonly rank: number
  readonly expires_ms: number
}

/** IPv4 as a number, IPv6 as 32 hexadecimal digits. */
type Bits = string | number

class NetworkTable {
  readonly #by_length = new Map<number, Map<string | number, Slot[]>>()
  /** Lengths in use, the longest first. */
  #lengths: readonly number[] = []

  add(slot: Slot): void {
    let table = this.#by_length.get(slot.length)
    if (table === undefined) {
      table = new Map()
      this.#by_length.set(slot.length, table)
      this.#lengths = [...this.#by_length.keys()].sort((a, b) => b - a)
    }
    const here = table.get(slot.key)
    if (here === undefined) table.set(slot.key, [slot])
    else here.push(slot)
  }

  remove(slot: Slot): void {
    const table = this.#by_length.get(slot.length)
    const rest = table?.get(slot.key)?.filter((one) => one !== slot) ?? []
    if (rest.length > 0) table?.set(slot.key, rest)
    else table?.delete(slot.key)
    if (table?.size !== 0) return
    this.#by_length.delete(slot.length)
    this.#lengths = this.#lengths.filter((length) => length !== slot.length)
  }

  find(bits: Bits, site: string, at_ms: number): ListEntry | undefined {
    let best: Slot | undefined
    for (const length of this.#lengths) {
      const here = this.#by_length.get(length)?.get(prefixOf(bits, length))
      if (here === undefined) continue
      for (const slot of here) {
        if (best !== undefined && slot.rank >= best.rank) continue
        if (slot.expires_ms <= at_ms) continue
        if (slot.entry.site !== '' && slot.entry.site !== site) continue
        if (slot.rank === 0) return slot.entry
        best = slot
      }
    }
    return best?.entry
  }
}

/** The first `length` bits: of a number the number of the network, of digits the digits with the last one cut. */
function prefixOf(bits: Bits, length: number): string | number {
  if (typeof bits === 'number') return length === 0 ? 0 : bits >>> (32 - length)
  const digits = length >> 2
  const rest = length & 3
  if (rest === 0) return bits.slice(0, digits)
  const last = Number.parseInt(bits.charAt(digits), 16) >>> (4 - rest)
  return `${bits.slice(0, digits)}.${last}`
}

function slotOf(entry: ListEntry): Slot | undefined {
  const slash = entry.network.indexOf('/')
  const address = slash < 0 ? entry.network : entry.network.slice(0, slash)
  if (networkRange(entry.network) === undefined) return undefined
  const canonical = canonicalAddress(address)
  if (canonical === undefined) return undefined
  const v4 = bits4(canonical)
  const width = v4 === undefined ? 128 : 32
  const written = slash < 0 ? undefined : Number(entry.network.slice(slash + 1))
  // A mapped network (::ffff:192.0.2.0/120) is one of IPv4; a wider one than all of IPv4 stays IPv6 and holds no client.
  const mapped = v4 !== undefined && address.includes(':') ? 96 : 0
  const length = written === undefined ? width : written - mapped
  if (length < 0) return undefined
  const bits = v4 ?? bits6(canonical)
  return {
    entry,
    family: v4 === undefined ? 6 : 4,
    length,
    key: prefixOf(bits, length),
    rank: ranks[entry.kind],
    expires_ms: entry.expires_at === null ? Number.POSITIVE_INFINITY : Date.parse(entry.expires_at),
  }
}

/** An IPv4 address in its strict spelling as a number; undefined for everything else. */
function bits4(text: string): number | undefined {
  if (text.length > 15) return undefined
  let out = 0
  let part = -1
  let parts = 0
  for (let at = 0; at <= text.length; at++) {
    const code = at === text.length ? 46 : text.charCodeAt(at)
    if (code === 46) {
      if (part < 0 || ++parts > 4) return undefined
      out = out * 256 + part
      part = -1
    } else if (code >= 48 && code <= 57) {
      // Leading zeros would be octal elsewhere.
      if (part === 0) return undefined
      part = (part < 0 ? 0 : part * 10) + code - 48
      if (part > 255) return undefined
    } else return undefined
  }
  return parts === 4 ? out : undefined
}

/** An IPv6 address as `canonicalAddress` spells it, as 32 hexadecimal digits. */
function bits6(canonical: string): string {
  const [head = '', tail] = canonical.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = new Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0')
  return [...left, ...zeros, ...right].map((group) => group.padStart(4, '0')).join('')
}
