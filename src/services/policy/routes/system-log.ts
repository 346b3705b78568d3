/** The system log: what happened on all nodes. */
import { listEvents } from '#parts/records/events.ts'
import type { Handler } from '../handler.ts'
import { timeSpan } from './time-range.ts'

export const listSystemEvents: Handler<'GET /api/v1/events'> = ({ query }, desk) => {
  const { range, from, to, ...filter } = query
  return listEvents(desk.database, {
    ...filter,
    ...timeSpan({ range, from, to }, desk.clock.now()),
  })
}
