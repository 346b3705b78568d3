/** The entries of IP lists that a file answers for: those that `gatehouse apply` made. Operators and jails have their own. */
import { systemClock } from '#base/clock.ts'
import type { ListEntry } from '#model/ip-list.ts'
import type { ApiClient } from '#parts/client/client.ts'
import type { FileEntry } from './policy-file.ts'

const entries_max = 100_000

export async function fileEntries(api: ApiClient): Promise<FileEntry[]> {
  const entries: FileEntry[] = []
  let cursor: string | null = null
  do {
    // The text is looked for in reasons too, so the origin is compared again.
    const query = { q: 'file', limit: 200, ...(cursor ? { cursor } : {}) }
    const page: { items: ListEntry[]; next_cursor: string | null } = await api.call(
      'GET /api/v1/lists',
      { query },
    )
    for (const { origin, kind, network, site, reason, expires_at } of page.items) {
      if (origin === 'file') entries.push({ kind, network, site, reason, expires_at })
    }
    cursor = page.next_cursor
  } while (cursor !== null && entries.length < entries_max)
  return entries.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
}

/** What applying these would change. */
export async function listChanges(
  api: ApiClient,
  wanted: readonly FileEntry[],
  at = new Date(systemClock.now()).toISOString(),
): Promise<{ readonly added: number; readonly removed: number }> {
  const now = new Set((await fileEntries(api)).map(keyOf))
  // What is over already would only come and go.
  const lasting = wanted.filter(({ expires_at }) => (expires_at ?? '~') > at)
  const kept = lasting.filter((entry) => now.has(keyOf(entry))).length
  return { added: lasting.length - kept, removed: now.size - kept }
}

function keyOf({ kind, network, site, reason, expires_at }: FileEntry): string {
  return JSON.stringify([kind, network, site, reason, expires_at])
}
