/** System events: what happened on which node, on one timeline. Made from the log, relayed by the spool, kept in records. */
import { z } from '#base/schema.ts'

/** RFC 5424, section 6.2.1. */
export const severities = [
  'emergency',
  'alert',
  'critical',
  'error',
  'warning',
  'notice',
  'info',
  'debug',
] as const
export const Severity = z.enum(severities)
export type Severity = z.infer<typeof Severity>

export const SystemEvent = z.strictObject({
  /** UUIDv7 made where it happened: storing is idempotent by it. */
  id: z.uuid(),
  at: z.iso.datetime(),
  /** Hybrid logical clock: `<milliseconds since the epoch, 15 digits>.<counter, 5 digits>`; sorts in causal order. */
  hlc: z.string().regex(/^\d{15}\.\d{5}$/),
  node: z.string(),
  severity: Severity,
  /** As in the log: `bundle.activated`. */
  name: z.string(),
  /** One sentence for a person. */
  message: z.string(),
  fields: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
})
export type SystemEvent = z.infer<typeof SystemEvent>

/**
 * The log events that belong on the timeline of the cluster, and how severe each is. `trouble` events (base/log) are
 * relayed whatever their name, as errors.
 */
export const systemEvents: Readonly<Record<string, Severity>> = {
  'gatehouse.started': 'notice',
  'gatehouse.stopping': 'notice',
  'worker.replaced': 'warning',
  'office.started': 'notice',
  'reload.done': 'notice',
  'cluster.founded': 'notice',
  'node.joined': 'notice',
  'node.connected': 'notice',
  'node.disconnected': 'warning',
  'node.inactive': 'error',
  'node.removed': 'notice',
  'node.revoked': 'warning',
  'certificate.renewed': 'notice',
  'policy.committed': 'notice',
  'rollout.started': 'notice',
  'rollout.wave_done': 'info',
  'rollout.done': 'notice',
  'rollout.stopped': 'error',
  'rollout.rolled_back': 'error',
  'bundle.activated': 'notice',
  'bundle.refused': 'error',
  'list.added': 'notice',
  'list.removed': 'notice',
  'jail.banned': 'warning',
  'session.opened': 'info',
  'password.reset': 'notice',
}
