/** How long to wait before a process that died is started again. */

/** 0 unless it keeps dying young: then 250 ms, doubled each time, at most 5 s. */
export function respawnDelay_ms(lived_ms: number, restarts: number): number {
  if (lived_ms > 10_000 || restarts <= 2) return 0
  return Math.min(5000, 250 * 2 ** Math.min(10, restarts - 3))
}
