/** The live stream. */
import { type LiveTopic, liveTopics } from '#model/live.ts'
import type { Handler } from '../handler.ts'
import { placesOf } from '../live/numbered.ts'
import { stillHolds } from '../server/access.ts'

export const streamEvents: Handler<'GET /api/v1/events/stream'> = async ({ query }, desk, call) => {
  const asked = query.topics.split(',')
  const topics = new Set<LiveTopic>(liveTopics.filter((topic) => asked.includes(topic)))
  return {
    media: 'text/event-stream; charset=utf-8',
    chunks: desk.feed.subscribe({
      topics,
      last: placesOf(call.last_event_id),
      isAllowed: () => stillHolds(call.who, desk),
      signal: call.signal,
      hangUp: call.hangUp,
    }),
  }
}
