/**
 * ★ A request's way through the edge: admit, route, limit, inspect, relay, inspect, record, deliver. The
 * first outcome ends it; `record` always runs, and before the client gets its first byte. No
 * promises: a step that waits calls `proceed` when it can go on.
 */
import { messageOf } from '#base/fault.ts'
import { uuidv7 } from '#base/id.ts'
import { cutOff } from '#parts/http/farewell.ts'
import type { Arrival } from '#parts/http/listen.ts'
import type { Core } from './core.ts'
import type { Outcome, StepResult } from './exchange/outcome.ts'
import { Exchange } from './exchange/state.ts'
import { edgeFaults } from './faults.ts'
import { admit } from './steps/admit.ts'
import { deliver } from './steps/deliver.ts'
import { hold } from './steps/hold.ts'
import { inspectAnswerBody, inspectAnswerHead, inspectBody, inspectHead } from './steps/inspect.ts'
import { limit } from './steps/limit.ts'
import { receive } from './steps/receive.ts'
import { record } from './steps/record.ts'
import { refuse } from './steps/refuse.ts'
import { relayRequest } from './steps/relay.ts'
import { route } from './steps/route.ts'

type Step = {
  readonly name: string
  readonly run: (exchange: Exchange) => StepResult
  /** What a fault in it means. 'site': as the site's `on_fault` says. */
  readonly on_fault: 'pass' | 'refuse' | 'site'
}

const steps: readonly Step[] = [
  { name: 'admit', run: admit, on_fault: 'refuse' },
  { name: 'route', run: route, on_fault: 'refuse' },
  { name: 'limit', run: limit, on_fault: 'refuse' },
  { name: 'inspect_head', run: inspectHead, on_fault: 'site' },
  { name: 'receive', run: receive, on_fault: 'refuse' },
  { name: 'inspect_body', run: inspectBody, on_fault: 'site' },
  { name: 'relay', run: relayRequest, on_fault: 'refuse' },
  { name: 'inspect_answer_head', run: inspectAnswerHead, on_fault: 'site' },
  { name: 'hold', run: hold, on_fault: 'refuse' },
  { name: 'inspect_answer_body', run: inspectAnswerBody, on_fault: 'site' },
  { name: 'record', run: record, on_fault: 'pass' },
  { name: 'deliver', run: deliver, on_fault: 'refuse' },
]

/** Starts the exchange for a request that has come. */
export function serve(core: Core, arrival: Arrival): void {
  const { clock } = core.world
  const at_ms = clock.now()
  const exchange = new Exchange(core, arrival, uuidv7(at_ms), at_ms, clock.elapsed())
  arrival.connection.occupant = exchange
  arrival.response.once('close', () => close(exchange))
  // A write to a client that has just gone is no reason to end the process; 'close' follows.
  arrival.response.on('error', ignore)
  proceed(exchange)
}

/** Runs steps until one waits or the exchange has its outcome. */
export function proceed(exchange: Exchange, outcome?: Outcome): void {
  if (exchange.outcome !== undefined || exchange.is_closed) return
  let result: StepResult = outcome
  while (result === undefined && exchange.step < steps.length) {
    const step = steps[exchange.step++]
    if (step !== undefined) result = attempt(exchange, step)
  }
  if (result !== undefined && result !== 'wait') settle(exchange, result)
}

function attempt(exchange: Exchange, step: Step): StepResult {
  try {
    return step.run(exchange)
  } catch (error) {
    const { on_fault } = exchange.site?.site ?? { on_fault: 'refuse' }
    const meaning = step.on_fault === 'site' ? on_fault : step.on_fault
    const facts = { request_id: exchange.id, state: messageOf(error) }
    const fault =
      step.on_fault === 'site'
        ? edgeFaults.engine_failed({ ...facts, phase: step.name }, { cause: error })
        : edgeFaults.step_failed({ ...facts, step: step.name }, { cause: error })
    exchange.counters.faults++
    exchange.core.world.log.trouble('edge.step_failed', fault)
    if (meaning === 'refuse') return { kind: 'faulted', fault }
    if (step.on_fault === 'site') {
      // An engine that failed once on a request has nothing more to say on it.
      exchange.passed_fault = fault
    }
    return undefined
  }
}

/** The end of an exchange that the upstream does not answer. */
function settle(exchange: Exchange, outcome: Outcome): void {
  exchange.outcome = outcome
  exchange.relay?.abort()
  try {
    record(exchange)
  } catch (error) {
    exchange.core.world.log.trouble('edge.record_failed', error, { request_id: exchange.id })
  }
  try {
    refuse(exchange, outcome)
  } catch (error) {
    exchange.core.world.log.trouble('edge.refuse_failed', error, { request_id: exchange.id })
    cutOff(exchange.arrival)
  }
}

/** The client's side is over, whoever ended it. */
function close(exchange: Exchange): void {
  const { response, connection } = exchange.arrival
  if (connection.occupant === exchange) connection.occupant = undefined
  if (exchange.upgraded !== undefined) return
  if (connection.is_over && exchange.head?.version !== '2.0') exchange.arrival.request.socket.end()
  if (!response.writableFinished && exchange.outcome === undefined) {
    proceed(exchange, { kind: 'gone' })
  }
  finish(exchange)
}

function ignore(): void {}

/** Gives back what was held and counts what was done; once. */
export function finish(exchange: Exchange): void {
  if (exchange.is_closed) return
  exchange.is_closed = true
  exchange.relay?.abort()
  if (exchange.streamed !== undefined) {
    exchange.bytes_in = exchange.streamed.bytes()
    exchange.streamed.stream.destroy()
    // Answered before it came whole: a paused rest would stop its connection for ever.
    exchange.arrival.request.resume()
  }
  exchange.core.room.give(exchange.held_bytes)
  exchange.held_bytes = 0
  exchange.counters.bytes_in += exchange.bytes_in
  exchange.counters.bytes_out += exchange.bytes_out
  // A limit that answers 503 does what it was told to do.
  const has_failed = exchange.status >= 500 && exchange.outcome?.kind !== 'limited'
  if (has_failed || exchange.passed_fault !== undefined) exchange.counters.errors++
  try {
    exchange.transaction?.logging()
  } catch (error) {
    exchange.counters.faults++
    exchange.core.world.log.trouble('edge.logging_failed', error, { request_id: exchange.id })
  }
  if (exchange.site !== undefined) exchange.core.enforcement.leave(exchange.site)
}
