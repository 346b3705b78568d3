/**
 * Hold: keep back an answer that the rules want to see, as far as they look; everything else flows
 * on at once.
 */
import { fieldOf } from '#parts/http/headers.ts'
import type { StepResult } from '../exchange/outcome.ts'
import type { Exchange } from '../exchange/state.ts'

export function hold(exchange: Exchange): StepResult {
  const { transaction, answer, core, site, head } = exchange
  if (transaction === undefined || answer === undefined) return undefined
  if (exchange.passed_fault !== undefined || exchange.is_overlimit) return undefined
  if (site?.site.inspect_responses !== true || head?.method === 'HEAD') return undefined
  if (answer.status === 204 || answer.status === 304 || !transaction.wantsResponseBody())
    return undefined
  // A stream of events never ends: to hold it would be to lose it.
  if (fieldOf(answer.headers, 'content-type').startsWith('text/event-stream')) return undefined
  const limit = core.settings.limits.inspect_body
  exchange.onAnswerData = (chunk) => {
    if (!core.room.take(chunk.length)) {
      answer.chunks.push(chunk)
      goOn(exchange)
      return
    }
    exchange.held_bytes += chunk.length
    answer.held_bytes += chunk.length
    answer.chunks.push(chunk)
    if (answer.held_bytes >= limit) goOn(exchange)
  }
  exchange.onAnswerEnd = () => goOn(exchange)
  return 'wait'
}

function goOn(exchange: Exchange): void {
  exchange.onAnswerData = undefined
  exchange.onAnswerEnd = undefined
  exchange.proceed()
}
