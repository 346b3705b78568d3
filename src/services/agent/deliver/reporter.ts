/** Tells the policy server every second how this node is, and at once when something changed. */

import type { Clock } from '#base/clock.ts'
import { Fault, messageOf } from '#base/fault.ts'
import type { AgentReport, Receipt } from '#model/cluster.ts'
import { agentFaults } from '../faults.ts'
import { pace } from '../settings.ts'
import type { Wire } from '../wire/wire.ts'

export type Reporter = {
  /** Kept until a policy server has taken it; of too many the oldest goes. */
  add(receipt: Receipt): void
  /** Something changed. */
  nudge(): void
  /** Reports to this server until disposed; `onDead` when it takes none any more. */
  attach(wire: Wire, onDead: (fault: unknown) => void): Disposable
}

/** `facts` gives all of a report but its receipts. */
export function reporter(facts: () => Omit<AgentReport, 'receipts'>, clock: Clock): Reporter {
  /** Oldest first. */
  let receipts: Receipt[] = []
  let line: { readonly wire: Wire; readonly onDead: (fault: unknown) => void } | undefined
  let is_under_way = false
  let has_news = false
  let failed = 0

  const send = async (): Promise<void> => {
    while (has_news && line !== undefined) {
      has_news = false
      const { wire, onDead } = line
      const sent = receipts.slice(0, pace.receipts_per_report_max)
      try {
        await wire.post('/v1/agent/report', JSON.stringify({ ...facts(), receipts: sent }))
        failed = 0
        if (sent.length < receipts.length) has_news = true
        receipts = receipts.filter((receipt) => !sent.includes(receipt))
      } catch (cause) {
        // The next report says all that this one did.
        has_news = false
        failed += 1
        if (line?.wire !== wire) continue
        if (isFinal(cause)) onDead(cause)
        else if (failed >= pace.failed_reports_max)
          onDead(
            agentFaults.reports_fail({ server: wire.server, why: messageOf(cause) }, { cause }),
          )
      }
    }
    is_under_way = false
  }

  const nudge = (): void => {
    has_news = true
    if (is_under_way || line === undefined) return
    is_under_way = true
    void send()
  }

  return {
    nudge,
    add(receipt) {
      receipts = [...receipts, receipt].slice(-pace.receipts_max)
      nudge()
    },
    attach(wire, onDead) {
      const mine = { wire, onDead }
      line = mine
      failed = 0
      const rounds = clock.every(pace.report_ms, nudge)
      nudge()
      return {
        [Symbol.dispose]() {
          rounds[Symbol.dispose]()
          if (line === mine) line = undefined
        },
      }
    },
  }
}

/** We are cut off, or it does not know of our line (409): waiting will not change that. */
function isFinal(cause: unknown): boolean {
  if (!(cause instanceof Fault)) return false
  return cause.code === 'agent.refused' || cause.facts['status'] === 409
}
