/** The real world, made once per process and handed down: time, log, metrics, the signal to stop. */
import { fileURLToPath } from 'node:url'
import { systemClock } from '#base/clock.ts'
import { jsonLog, type LogLevel } from '#base/log.ts'
import { prometheusMetrics } from '#base/metrics.ts'
import type { World } from '#base/service.ts'

/** What the supervisor starts its children with. */
export const mainFile = fileURLToPath(new URL('./main.ts', import.meta.url))

/** `stop` is aborted by the caller's controller. */
export function realWorld(level: LogLevel, stop: AbortSignal): World {
  return { clock: systemClock, log: jsonLog(level), metrics: prometheusMetrics(), stop }
}
