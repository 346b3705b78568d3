/** Route: which site is it for? */
import { refusal } from '#parts/http/refusal.ts'
import type { StepResult } from '../exchange/outcome.ts'
import type { Exchange } from '../exchange/state.ts'

export function route(exchange: Exchange): StepResult {
  const { head, core, policy } = exchange
  if (head === undefined || policy === undefined) throw new Error('route before admit')
  const found = policy.compiled.find(head.host, head.path)
  if (found === 'host' || found === 'path')
    return { kind: 'refused', refusal: refusal(found === 'host' ? 'unknown_host' : 'unknown_path') }
  const desk = policy.desks.get(found)
  if (desk === undefined) throw new Error(`no desk for site ${found.site.name}`)
  core.enforcement.enter(desk)
  exchange.site = desk
  exchange.counters = desk.counters
  if (head.content_length !== undefined && head.content_length > desk.site.body_size_max)
    return { kind: 'refused', refusal: refusal('body_too_large') }
  return undefined
}
