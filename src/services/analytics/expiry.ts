/** Entries of IP lists whose time is over leave them: nodes stop enforcing them by themselves, and forget them by this. */
import { Fault } from '#base/fault.ts'
import type { World } from '#base/service.ts'
import type { Database } from '#parts/records/database.ts'
import { endExpired } from '#parts/records/ip-lists.ts'

const look_ms = 60_000

/** Until disposed; the database may be away. */
export function expiry(
  database: Database,
  onListsChanged: () => void,
  { clock, log }: World,
): Disposable {
  let is_looking = false
  const look = async (): Promise<void> => {
    if (is_looking) return
    is_looking = true
    try {
      while ((await endExpired(database, new Date(clock.now()).toISOString())) > 0) onListsChanged()
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      log.trouble('analytics.not_kept', error)
    } finally {
      is_looking = false
    }
  }
  return clock.every(look_ms, () => void look())
}
