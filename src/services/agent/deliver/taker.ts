/** Takes bundles, one at a time; while one is fetched a newer offer puts it aside. Nothing is applied halfway. */
import { Fault, messageOf } from '#base/fault.ts'
import type { World } from '#base/service.ts'
import { bundleName, type SignedBundle } from '#model/bundle.ts'
import type { Receipt } from '#model/cluster.ts'
import type { CommittingStatus } from '#model/node-view.ts'
import type { AgentContext } from '../context.ts'
import { agentFaults } from '../faults.ts'
import { pace } from '../settings.ts'
import type { Wire } from '../wire/wire.ts'
import { fetchMissing } from './fetch.ts'

type Offer = {
  readonly bundle: SignedBundle
  readonly wire: Wire
  /** Aborted when the line that brought it is gone: whoever comes next offers again. */
  readonly line: AbortSignal
  readonly offered_at: number
  readonly superseded: AbortController
}

export type Taker = {
  readonly committing: CommittingStatus
  /** Why the newest offer is not enforced. */
  readonly refusal: Fault | undefined
  offer(bundle: SignedBundle, wire: Wire, line: AbortSignal): void
  /** A bundle that did not get as far as an offer. */
  refuse(claim: { readonly id: string; readonly revision: number }, fault: Fault): void
  /** Resolves when nothing is under way. */
  idle(): Promise<void>
}

export type TakerEvents = {
  readonly onReceipt: (receipt: Receipt) => void
  /** `committing` is another one. */
  readonly onChange: () => void
}

export function taker(context: AgentContext, events: TakerEvents, world: World): Taker {
  return new BundleTaker(context, events, world)
}

class BundleTaker implements Taker {
  readonly #context: AgentContext
  readonly #events: TakerEvents
  readonly #world: World
  #current: Offer | undefined
  #next: Offer | undefined
  #work: Promise<void> | undefined
  /** Sent again when the same bundle is offered again: the first one may have been lost with its server. */
  #applied: Receipt | undefined
  committing: CommittingStatus = 'stable'
  refusal: Fault | undefined

  constructor(context: AgentContext, events: TakerEvents, world: World) {
    this.#context = context
    this.#events = events
    this.#world = world
  }

  offer(bundle: SignedBundle, wire: Wire, line: AbortSignal): void {
    const newest = this.#next ?? this.#current
    if (newest?.bundle.id === bundle.id && !newest.line.aborted) return
    const offered_at = this.#world.clock.elapsed()
    this.#next = { bundle, wire, line, offered_at, superseded: new AbortController() }
    this.#current?.superseded.abort(new Superseded())
    this.#work ??= this.#workOff()
  }

  refuse(claim: { readonly id: string; readonly revision: number }, fault: Fault): void {
    this.#refuse(claim, this.#world.clock.elapsed(), fault)
  }

  async idle(): Promise<void> {
    await this.#work
  }

  async #workOff(): Promise<void> {
    while (this.#next !== undefined) {
      const offer = this.#next
      this.#next = undefined
      this.#current = offer
      await this.#take(offer)
      this.#current = undefined
    }
    this.#work = undefined
    this.#become('stable')
  }

  async #take(offer: Offer): Promise<void> {
    const { id, head } = offer.bundle
    if (this.#context.enforced()?.id === id) {
      this.#confirm(offer)
      return
    }
    const bundle = bundleName(offer.bundle)
    const { revision } = head
    try {
      await this.#apply(offer)
    } catch (cause) {
      // Only files that nobody waits for any more end like this, never a swap.
      if (cause instanceof Superseded || (offer.line.aborted && cause === offer.line.reason)) return
      // A bug in a swap must not end the process that all workers hang on: the old bundle goes on, and this is told.
      const fault =
        cause instanceof Fault
          ? cause
          : agentFaults.unexpected({ bundle, why: messageOf(cause) }, { cause })
      this.#refuse({ id, revision }, offer.offered_at, fault)
      return
    }
    const took_ms = this.#since(offer.offered_at)
    this.refusal = undefined
    this.#applied = { bundle: id, revision, result: 'applied', took_ms, ...no_fault }
    this.#world.log.event('bundle.activated', { bundle, revision, took_ms })
    this.#tell(this.#applied)
  }

  async #apply(offer: Offer): Promise<void> {
    const { bundle, wire, line, superseded } = offer
    const { shelf, apply } = this.#context
    shelf.admit(bundle)
    const signal = AbortSignal.any([line, superseded.signal])
    // The files first: the report that follows must not take their connection.
    const fetched = fetchMissing(bundle, { shelf, wire, clock: this.#world.clock }, signal)
    this.#become('preparing_to_commit')
    await fetched
    signal.throwIfAborted()
    const shelved = shelf.stage(bundle)
    this.#become('committing_changes')
    await apply(shelved)
  }

  /** It is enforced already. */
  #confirm({ bundle, offered_at }: Offer): void {
    const { id, head } = bundle
    const took_ms = this.#since(offered_at)
    this.refusal = undefined
    const known = this.#applied?.bundle === id ? this.#applied : undefined
    this.#tell(
      known ?? { bundle: id, revision: head.revision, result: 'applied', took_ms, ...no_fault },
    )
  }

  #refuse(
    { id, revision }: { readonly id: string; readonly revision: number },
    offered_at: number,
    fault: Fault,
  ): void {
    const took_ms = this.#since(offered_at)
    const bundle = bundleName({ id, head: { revision } })
    this.refusal = fault
    this.#world.log.trouble('bundle.refused', fault, { bundle, revision, took_ms })
    const { code } = fault
    const message = fault.message.slice(0, pace.sentence_max)
    this.#tell({ bundle: id, revision, result: 'refused', took_ms, code, message })
  }

  /** With one report: that it is done, and what became of it. */
  #tell(receipt: Receipt): void {
    const is_last = this.#next === undefined && this.#current?.bundle.id === receipt.bundle
    if (is_last) this.committing = 'stable'
    this.#events.onReceipt(receipt)
  }

  #since(offered_at: number): number {
    return Math.round((this.#world.clock.elapsed() - offered_at) * 10) / 10
  }

  #become(committing: CommittingStatus): void {
    if (this.committing === committing) return
    this.committing = committing
    this.#events.onChange()
  }
}

/** Somebody offered a newer bundle: no failure, and nobody is told. */
class Superseded extends Error {}

const no_fault = { code: '', message: '' } as const
