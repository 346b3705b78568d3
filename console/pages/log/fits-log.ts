/** Whether the stream's event belongs to the filter on the page; the same rules as the API's. */
import type { Severity, SystemEvent } from '#model/event.ts'
import type { LogFilter } from '../../queries/settings.ts'

/** Worst first, as RFC 5424 numbers them. */
export const severityOrder: readonly Severity[] = [
  'emergency',
  'alert',
  'critical',
  'error',
  'warning',
  'notice',
  'info',
  'debug',
]

export function fitsLog(event: SystemEvent, { node, severity, name, q }: LogFilter): boolean {
  if (node && event.node !== node) return false
  if (name && !event.name.startsWith(name)) return false
  if (severity && severityOrder.indexOf(event.severity) > severityOrder.indexOf(severity)) {
    return false
  }
  return !q || event.message.toLowerCase().includes(q.toLowerCase())
}
