/** Live lists on their way: signed once for all lines that stand at the same revision. */
import type { Clock } from '#base/clock.ts'
import type { SignedLists } from '#model/cluster.ts'
import { signLists } from '#parts/bundle/lists.ts'
import type { SigningKey } from '#parts/bundle/signing.ts'
import type { Database } from '#parts/records/database.ts'
import { listsSince } from '#parts/records/ip-lists.ts'
import { listsRevision } from '#parts/records/lists-revision.ts'
import type { Lines } from './lines.ts'

/** Where the lists come from. */
export type ListsSource = {
  revision(): Promise<number>
  /** What changed after `since`, or everything when that is null or too long ago. */
  head(since: number | null): Promise<SignedLists['head']>
}

/** What the database holds, and who is cut off. */
export function databaseLists(
  database: Database,
  clock: Clock,
  cluster: { readonly cluster_id: string; revoked(): string[] },
): ListsSource {
  return {
    revision: () => listsRevision(database),
    async head(since) {
      const {
        revision,
        entries,
        removed,
        since: from,
      } = await listsSince(database, since, new Date(clock.now()).toISOString())
      return {
        cluster_id: cluster.cluster_id,
        revision,
        since: from,
        entries: [...entries],
        removed: [...removed],
        revoked_nodes: cluster.revoked(),
      }
    },
  }
}

/** Sends each line what it lacks. @throws records.unavailable */
export async function deliverLists(
  lines: Lines,
  source: ListsSource,
  signing: SigningKey,
): Promise<void> {
  if (lines.size === 0) return
  const revision = await source.revision()
  const texts = new Map<number, { revision: number; text: string }>()
  for (const line of lines.all()) {
    if (line.lists_revision === revision) continue
    // Whoever knows more than we do (our database is an old copy) gets everything, and tells what is wrong.
    const since = line.lists_revision > revision ? 0 : line.lists_revision
    let ready = texts.get(since)
    if (!ready) {
      const head = await source.head(since === 0 ? null : since)
      const lists = signLists(head, signing)
      ready = { revision: head.revision, text: JSON.stringify({ kind: 'lists', lists }) }
      texts.set(since, ready)
    }
    line.lists_revision = ready.revision
    line.sendText(ready.text)
  }
}
