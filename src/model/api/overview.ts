/** Overview, sites, node status and the live stream. */
import { z } from '#base/schema.ts'
import { Overview } from '../overview.ts'
import { SiteView } from '../site-view.ts'
import { type Contracts, timeQuery } from './contract.ts'

export const overviewApi = {
  'GET /api/v1/overview': {
    id: 'overview.get',
    summary: 'Numbers of the Overview page; one hour when no time is given',
    access: 'viewer',
    query: z.strictObject({ ...timeQuery, site: z.string().max(63).optional() }),
    response: Overview,
  },
  'GET /api/v1/sites': {
    id: 'sites.list',
    summary: 'Sites with their settings, upstreams and last hour',
    access: 'viewer',
    response: z.strictObject({ sites: z.array(SiteView) }),
  },
  'GET /api/v1/events/stream': {
    id: 'events.stream',
    summary:
      'Server-sent events: `attack` (an Attack), `traffic` (sums of the last seconds), `nodes` (all NodeViews), `rollout` (a RolloutView), `event` (a SystemEvent)',
    access: 'viewer',
    query: z.strictObject({ topics: z.string().max(100).default('attack,traffic') }),
    media: ['text/event-stream'],
  },
  'GET /api/v1/openapi.json': {
    id: 'openapi.get',
    summary: 'This contract as OpenAPI 3.1',
    access: 'public',
    response: z.record(z.string(), z.unknown()),
  },
} as const satisfies Contracts
