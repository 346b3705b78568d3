/** The numbers of the Overview page, and the verdict. */
import { listNodes } from '#parts/records/nodes.ts'
import { overview } from '#parts/records/overview.ts'
import type { Handler } from '../handler.ts'
import { verdict } from '../health.ts'
import { closedSpan, spanInWords } from './time-range.ts'

export const getOverview: Handler<'GET /api/v1/overview'> = async ({ query }, desk) => {
  const now_ms = desk.clock.now()
  const span = closedSpan(query, now_ms)
  const site = query.site === undefined ? {} : { site: query.site }
  const numbers = await overview(desk.database, { ...span, ...site })
  const nodes = await listNodes(desk.database)
  const wrong = desk.health.troubles(desk.sites(), nodes, now_ms)
  return {
    ...numbers,
    verdict: verdict(wrong, numbers.totals, spanInWords(query, span)),
    is_healthy: wrong.length === 0,
  }
}
