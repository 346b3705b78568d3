/** The system log: events of all nodes on one timeline. */
import { z } from '#base/schema.ts'
import { Severity, SystemEvent } from '../event.ts'
import { type Contracts, pageOf, pageQuery, timeQuery } from './contract.ts'

export const systemLogApi = {
  'GET /api/v1/events': {
    id: 'events.list',
    summary: 'System events of all nodes, newest first',
    access: 'viewer',
    query: z.strictObject({
      ...pageQuery,
      ...timeQuery,
      node: z.string().max(63).optional(),
      severity: Severity.optional().describe('This severe or worse'),
      name: z.string().max(100).optional().describe('Beginning of the event’s name: rollout.'),
      q: z.string().max(100).optional(),
    }),
    response: pageOf(SystemEvent),
  },
} as const satisfies Contracts
