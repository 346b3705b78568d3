/** Route: which site is it for, and who is really asking? */
import { clientAddress } from '#parts/http/client-address.ts'
import { refusal } from '#parts/http/refusal.ts'
import type { StepResult } from '../exchange/outcome.ts'
import type { Exchange } from '../exchange/state.ts'

export function route(exchange: Exchange): StepResult {
  const { head, core, arrival } = exchange
  if (head === undefined) throw new Error('route before admit')
  exchange.client = clientAddress(
    arrival.connection.peer,
    head,
    core.trusted,
    core.settings.client_address_from,
  )
  const found = core.sites.find(head.host, head.path)
  if (found === 'host' || found === 'path')
    return { kind: 'refused', refusal: refusal(found === 'host' ? 'unknown_host' : 'unknown_path') }
  exchange.site = found
  exchange.counters = found.counters
  if (head.content_length !== undefined && head.content_length > found.site.body_size_max)
    return { kind: 'refused', refusal: refusal('body_too_large') }
  return undefined
}
