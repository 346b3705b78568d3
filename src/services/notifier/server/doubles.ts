/** Finds out when two programs have the identity of one node: a copied disk, or a stolen key. */
import type { World } from '#base/service.ts'
import { notifierFaults } from '../faults.ts'
import type { Line } from '../lines.ts'

/** A restart takes the place of a line that is still open once; so many times in a minute is something else. */
const replaced_max = 3
const window_ms = 60_000

/** Call it with the line that is open when the node opens another one. */
export function doubles({ clock, log }: World) {
  const replaced = new Map<string, number[]>()
  return (before: Line | undefined, boot_id: string, name: string, address: string): void => {
    if (!before || before.boot_id === boot_id) return
    const now_ms = clock.elapsed()
    const times = (replaced.get(before.node_id) ?? []).filter((ms) => now_ms - ms < window_ms)
    times.push(now_ms)
    if (times.length >= replaced_max) {
      times.length = 0
      log.trouble('node.doubled', notifierFaults.two_of_one({ node: name, address }))
    }
    replaced.set(before.node_id, times)
  }
}
