/** A node as the notifier would tell of it. */
import type { NodeView } from '#model/node-view.ts'

export function nodeView(name: string): NodeView {
  return {
    id: '0192e4a0-0000-7000-8000-00000000000e',
    name,
    group: '',
    roles: ['edge'],
    address: '192.0.2.7',
    version: '0.2.0',
    protocol: 1,
    sync_status: 'in_sync',
    connection_status: 'connected',
    committing_status: 'stable',
    replication_status: 'none',
    last_connection_at: null,
    joined_at: '2026-11-20T12:00:00.000Z',
    certificate_expires_at: '2126-11-20T12:00:00.000Z',
    bundle: '3-3fa9c2d1',
    revision: 3,
    took_ms: 4,
    refusal: null,
    lists_revision: 0,
    clock_skew_ms: 0,
    requests_per_s: 0,
    blocked_per_s: 0,
  }
}
