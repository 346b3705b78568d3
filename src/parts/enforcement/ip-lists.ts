/**
 * IP lists made ready for millions of look-ups: allow before deny before gray. Networks stand in one table for each length
 * of prefix, so that a look-up costs one question a length in use, and a change costs nothing but itself.
 */
import type { ListEntry, ListKind } from '#model/ip-list.ts'
import { type AddressWords, addressWords, cutTo, hashOf } from './lists/address-words.ts'

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
    tables[slot.words.family].remove(slot)
  }
  const add = (entry: ListEntry): void => {
    remove(entry.id)
    const slot = slotOf(entry)
    if (slot === undefined) return
    slots.set(entry.id, slot)
    tables[slot.words.family].add(slot)
  }
  for (const entry of entries) add(entry)

  return {
    get size() {
      return slots.size
    },
    find(client, site, at_ms) {
      if (slots.size === 0) return undefined
      const words = addressWords(client)
      return words === undefined ? undefined : tables[words.family].find(words, site, at_ms)
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
  /** Of the network: bits beyond its length are zero. */
  readonly words: AddressWords
  readonly length: number
  readonly key: number
  readonly rank: number
  readonly expires_ms: number
  /** Another one of the same length and key. */
  next: Slot | undefined
}

class NetworkTable {
  readonly #by_length = new Map<number, Map<number, Slot>>()
  /** By length, the longest first. */
  #tables: readonly (readonly [length: number, table: ReadonlyMap<number, Slot>])[] = []

  add(slot: Slot): void {
    let table = this.#by_length.get(slot.length)
    if (table === undefined) {
      table = new Map()
      this.#by_length.set(slot.length, table)
      this.#tables = [...this.#by_length].sort(([a], [b]) => b - a)
    }
    slot.next = table.get(slot.key)
    table.set(slot.key, slot)
  }

  remove(slot: Slot): void {
    const table = this.#by_length.get(slot.length)
    if (table === undefined) return
    const first = table.get(slot.key)
    if (first === slot) {
      if (slot.next === undefined) table.delete(slot.key)
      else table.set(slot.key, slot.next)
    } else {
      let before = first
      while (before !== undefined && before.next !== slot) before = before.next
      if (before !== undefined) before.next = slot.next
    }
    if (table.size > 0) return
    this.#by_length.delete(slot.length)
    this.#tables = this.#tables.filter(([length]) => length !== slot.length)
  }

  find(words: AddressWords, site: string, at_ms: number): ListEntry | undefined {
    let best: Slot | undefined
    for (const [length, table] of this.#tables) {
      // The key of IPv4 is the network itself; that of IPv6 is a hash, and its words must be compared.
      const network = words.family === 4 ? undefined : cutTo(words, length)
      const key = network === undefined ? key4(words.low, length) : hashOf(network)
      for (let slot = table.get(key); slot !== undefined; slot = slot.next) {
        if (best !== undefined && slot.rank >= best.rank) continue
        if (slot.expires_ms <= at_ms) continue
        if (network !== undefined && !isSame(slot.words, network)) continue
        if (slot.entry.site !== '' && slot.entry.site !== site) continue
        if (slot.rank === 0) return slot.entry
        best = slot
      }
    }
    return best?.entry
  }
}

/** The first `length` bits as a number. */
function key4(word: number, length: number): number {
  return length === 0 ? 0 : word >>> (32 - length)
}

function isSame(a: AddressWords, b: AddressWords): boolean {
  return a.low === b.low && a.middle === b.middle && a.high === b.high
}

function slotOf(entry: ListEntry): Slot | undefined {
  const { network } = entry
  const slash = network.indexOf('/')
  const address = slash < 0 ? network : network.slice(0, slash)
  const words = addressWords(address)
  if (words === undefined) return undefined
  const width = words.family === 4 ? 32 : 128
  // A mapped network (::ffff:192.0.2.0/120) is one of IPv4; a wider one than all of IPv4 is none of either.
  const mapped = words.family === 4 && address.includes(':') ? 96 : 0
  const written = slash < 0 ? width + mapped : bitsOf(network.slice(slash + 1))
  const length = written - mapped
  if (!(length >= 0 && length <= width)) return undefined
  const cut = cutTo(words, length)
  return {
    entry,
    words: cut,
    length,
    key: cut.family === 4 ? key4(cut.low, length) : hashOf(cut),
    rank: ranks[entry.kind],
    expires_ms: entry.expires_at === null ? Number.POSITIVE_INFINITY : Date.parse(entry.expires_at),
    next: undefined,
  }
}

function bitsOf(text: string): number {
  return /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN
}
