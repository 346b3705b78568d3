/** The live stream. */
import { type LiveTopic, liveTopics } from '#model/live.ts'
import type { Handler } from '../handler.ts'

export const streamEvents: Handler<'GET /api/v1/events/stream'> = async (
  { query },
  { feed, sessions },
  call,
) => {
  const asked = query.topics.split(',')
  const topics = new Set<LiveTopic>(liveTopics.filter((topic) => asked.includes(topic)))
  const id_hash = call.who?.session?.id_hash
  return {
    media: 'text/event-stream; charset=utf-8',
    chunks: feed.subscribe({
      topics,
      last_id: /^\d{1,15}$/.test(call.last_event_id ?? '') ? Number(call.last_event_id) : undefined,
      isAllowed: async () => id_hash === undefined || (await sessions.isAlive(id_hash)),
      signal: call.signal,
      hangUp: call.hangUp,
    }),
  }
}
