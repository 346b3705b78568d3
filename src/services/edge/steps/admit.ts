/** Admit: is this a request that everyone reads the same way, and small enough? Who is asking? */
import { clientAddress } from '#parts/http/client-address.ts'
import { readHead } from '#parts/http/head.ts'
import { refusal } from '#parts/http/refusal.ts'
import type { StepResult } from '../exchange/outcome.ts'
import type { Exchange } from '../exchange/state.ts'

export function admit(exchange: Exchange): StepResult {
  const { arrival, core } = exchange
  const head = readHead(arrival.request, core.settings.limits)
  if ('reason' in head) return { kind: 'refused', refusal: head }
  exchange.head = head
  if (arrival.has_bad_expectation) return { kind: 'refused', refusal: refusal('bad_expectation') }
  exchange.client = clientAddress(
    arrival.connection.peer,
    head,
    core.trusted,
    core.settings.client_address_from,
  )
  // A node that has just joined: to pass everything on unseen would be worse than to wait.
  if (exchange.policy === undefined) return { kind: 'refused', refusal: refusal('no_policy') }
  return undefined
}
