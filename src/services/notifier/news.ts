/** How all nodes are, told to all nodes: at most once a second, at least every ten. */
import type { Clock } from '#base/clock.ts'
import type { NodeView } from '#model/node-view.ts'
import type { Lines } from './lines.ts'

const soonest_ms = 1_000
const latest_ms = 10_000

export type News = {
  /** `views`: as they are now; asked only when it is time. */
  tell(views: () => readonly NodeView[]): void
}

export function news(lines: Lines, clock: Clock, changed: () => void): News {
  let told = { text: '', at_ms: Number.NEGATIVE_INFINITY }
  /** Lines that were told what is in `told`. */
  let informed = new Set<string>()
  return {
    tell(views) {
      const now_ms = clock.elapsed()
      const age_ms = now_ms - told.at_ms
      if (age_ms >= soonest_ms) {
        const text = JSON.stringify(views())
        const is_new = text !== told.text
        if (is_new || age_ms >= latest_ms) {
          told = { text, at_ms: now_ms }
          informed = new Set()
        }
        if (is_new) changed()
      }
      const at = new Date(clock.now()).toISOString()
      for (const line of lines.all()) {
        // Who lags behind gets the next one.
        if (informed.has(line.id) || line.is_busy) continue
        informed.add(line.id)
        line.sendText(`{"kind":"nodes","nodes":${told.text || '[]'},"at":"${at}"}`)
      }
    },
  }
}
