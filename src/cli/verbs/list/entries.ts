/** What `ban`, `unban` and `list` share: options of an entry, and entries by their network. */
import type { Command } from 'commander'
import { canonicalNetwork } from '#base/address.ts'
import { Duration } from '#base/schema.ts'
import { type ListEntry, ListKind } from '#model/ip-list.ts'
import type { ApiClient } from '#parts/client/client.ts'
import { cliFaults } from '../../faults.ts'

export type EntryOptions = {
  readonly for?: string
  readonly forever?: true
  readonly site: string
  readonly reason: string
}

export function addEntryOptions(command: Command): Command {
  return command
    .option('--for <duration>', 'how long: 30m, 12h, 7d (default: 1h)')
    .option('--forever', 'until somebody takes it off')
    .option('--site <name>', 'only on this site', '')
    .option('--reason <text>', 'why; shown in the list and to analysts', '')
}

/** The new entry as the API takes it. @throws cli.usage */
export function entryOf(kind: ListKind, network: string, options: EntryOptions) {
  return { kind, network, site: options.site, reason: options.reason, ttl_s: ttlOf(options) }
}

function ttlOf(options: EntryOptions): number | null {
  if (options.forever && options.for !== undefined) {
    throw cliFaults.usage({ why: 'Cannot use --for and --forever together' })
  }
  if (options.forever) return null
  const text = options.for ?? '1h'
  const seconds = Math.trunc((Duration.safeParse(text).data ?? 0) / 1000)
  if (seconds >= 1 && seconds <= 315_360_000) return seconds
  throw cliFaults.usage({
    why: `Cannot use --for ${text}: expected a time from 1s to 3650d, such as 30m, 12h or 7d`,
  })
}

export function kindOf(text: string): ListKind {
  const kind = ListKind.safeParse(text)
  if (kind.success) return kind.data
  throw cliFaults.usage({
    why: `Cannot use the list "${text}": expected ${ListKind.options.join(', ')}`,
  })
}

/** Lists of one network are short; more than this is a mistake. */
const found_max = 200

/** Entries in force of exactly this network, and wider ones that hold it too. */
export async function entriesOf(
  api: ApiClient,
  text: string,
  kind?: ListKind,
): Promise<{ readonly exact: readonly ListEntry[]; readonly wider: readonly ListEntry[] }> {
  const network = canonicalNetwork(text.trim())
  if (network === undefined) {
    throw cliFaults.usage({
      why: `Cannot use "${text}": expected an address or a network, such as 203.0.113.9 or 203.0.113.0/24`,
    })
  }
  const query = { q: network, limit: found_max, ...(kind && { kind }) }
  const { items } = await api.call('GET /api/v1/lists', { query })
  return {
    exact: items.filter((entry) => entry.network === network),
    wider: items.filter((entry) => prefixOf(entry.network) < prefixOf(network)),
  }
}

/** A single address has none: it is as narrow as can be. */
function prefixOf(network: string): number {
  return Number(network.split('/')[1] ?? Number.POSITIVE_INFINITY)
}

/** `2026-11-20 12:00:00`, or `for ever`. */
export function untilOf({ expires_at }: Pick<ListEntry, 'expires_at'>): string {
  return expires_at === null ? 'for ever' : expires_at.slice(0, 19).replace('T', ' ')
}

/** Reasons and names are chosen by people: none of them steers the terminal. */
export function shown(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '\ufffd')
}
