/** Recorded requests for replay: samples and the requests of hits in turn, newest first, each once. */
import type { RecordedRequest } from '#model/replay.ts'
import type { Database } from '#parts/records/database.ts'
import {
  type AttackedFilter,
  listAttacked,
  listRecorded,
} from '#parts/records/recorded-requests.ts'

/** Requests that are held at once, and go to the thread together; it judges them in slices. */
const batch_size = 50

export type WantedRequests = Pick<AttackedFilter, 'from' | 'site' | 'like'> & {
  readonly requests_max: number
}

/** A flood of hits does not crowd out what passed, nor the other way round: each side gives half while it lasts. */
export async function* recordedBatches(
  database: Database,
  { requests_max, ...filter }: WantedRequests,
): AsyncGenerator<RecordedRequest[]> {
  const seen = new Set<string>()
  // Samples have no parameter that anything matched: whoever asks for the like of a hit wants hits.
  let sides: ((cursor?: string) => ReturnType<typeof listRecorded>)[] = [
    (cursor) => listAttacked(database, { ...filter, cursor, limit: batch_size }),
    ...(filter.like
      ? []
      : [(cursor?: string) => listRecorded(database, { ...filter, cursor, limit: batch_size })]),
  ]
  const cursors = new Map<unknown, string>()
  while (sides.length > 0) {
    for (const side of sides) {
      const { items, next_cursor } = await side(cursors.get(side))
      if (next_cursor === null) sides = sides.filter((other) => other !== side)
      else cursors.set(side, next_cursor)
      const fresh = [...new Map(items.map((item) => [item.id, item])).values()]
        .filter((item) => !seen.has(item.id))
        .slice(0, requests_max - seen.size)
      for (const { id } of fresh) seen.add(id)
      if (fresh.length > 0) yield fresh
      if (seen.size >= requests_max) return
    }
  }
}
