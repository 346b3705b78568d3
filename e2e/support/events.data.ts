/** What happened lately on the nodes of the cluster. */
import { uuidv7 } from '#base/id.ts'
import type { Severity, SystemEvent } from '#model/event.ts'

const lately = [
  [
    41,
    'gw-a',
    'notice',
    'gatehouse.started',
    'Gatehouse 0.2.0 started with 2 workers',
    { version: '0.2.0', workers: 2 },
  ],
  [
    40,
    'gw-a',
    'notice',
    'policy.committed',
    'Revision 1 was committed by gatehouse.yaml',
    { revision: 1 },
  ],
  [38, 'edge-1', 'notice', 'node.joined', 'edge-1 joined the cluster', { node: 'edge-1' }],
  [
    38,
    'edge-1',
    'notice',
    'bundle.activated',
    'Bundle 1-9ba882df is enforced',
    { bundle: '1-9ba882df', took_ms: 312 },
  ],
  [
    30,
    'edge-2',
    'warning',
    'worker.replaced',
    'Worker 1 died (SIGKILL) and was replaced',
    { index: 1, pid: 4712 },
  ],
  [22, 'gw-a', 'warning', 'node.disconnected', 'edge-2 is no longer connected', { node: 'edge-2' }],
  [
    20,
    'gw-a',
    'error',
    'node.inactive',
    'edge-2 has not been heard of for two minutes',
    { node: 'edge-2' },
  ],
  [
    12,
    'edge-2',
    'error',
    'bundle.refused',
    'Cannot activate bundle "2-97bd6ef2": rule 100001 has no operator of this name',
    { bundle: '2-97bd6ef2' },
  ],
  [
    11,
    'gw-a',
    'error',
    'rollout.stopped',
    'The roll-out of revision 2 stopped in wave 1: edge-2 refused it',
    { revision: 2 },
  ],
  [
    3,
    'edge-1',
    'warning',
    'jail.banned',
    '203.0.113.77 is on the list deny for an hour: 20 hits in 10 minutes',
    { client: '203.0.113.77' },
  ],
  [1, 'gw-a', 'info', 'session.opened', 'admin logged in from 127.0.0.1', { user: 'admin' }],
] as const satisfies readonly (readonly [
  number,
  string,
  Severity,
  string,
  string,
  SystemEvent['fields'],
])[]

export function eventsOf(now_ms: number): SystemEvent[] {
  return lately.map(([minutes, node, severity, name, message, fields], i) =>
    eventOf(now_ms - minutes * 60_000 + i, { node, severity, name, message, fields }),
  )
}

type Said = Pick<SystemEvent, 'node' | 'severity' | 'name' | 'message' | 'fields'>

export function eventOf(at_ms: number, said: Said): SystemEvent {
  return {
    id: uuidv7(at_ms),
    at: new Date(at_ms).toISOString(),
    hlc: `${String(at_ms).padStart(15, '0')}.00000`,
    ...said,
  }
}
