/** The activity log, to be read and verified; nothing here writes. */
import { listActivity as pageOfActivity, verifyActivity } from '#parts/records/activity.ts'
import type { Handler } from '../handler.ts'

export const listActivity: Handler<'GET /api/v1/activity'> = ({ query }, { database }) =>
  pageOfActivity(database, query)

export const verifyAllActivity: Handler<'GET /api/v1/activity/verify'> = (
  { query },
  { database },
  { signal },
) => verifyActivity(database, query.head, signal)
