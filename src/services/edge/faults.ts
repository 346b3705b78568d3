/** What can go wrong at the edge, in sentences. */
import { faults } from '#base/fault.ts'

export const edgeFaults = faults('edge', {
  engine_failed: (f: { request_id: string; phase: string; state: string }) =>
    `Cannot inspect request ${f.request_id} in ${f.phase}: ${f.state}`,
  step_failed: (f: { request_id: string; step: string; state: string }) =>
    `Cannot serve request ${f.request_id} at step ${f.step}: ${f.state}`,
  spool_refused: (f: { lost: number }) =>
    `Cannot keep records: the spool is full or broken, ${f.lost} lost so far`,
  cannot_deliver: (f: { url: string; state: string }) =>
    `Cannot deliver records to ${f.url}: ${f.state}`,
  no_analytics: (_: Readonly<Record<string, never>>) =>
    'Cannot deliver records: no node of the cluster takes them',
  analytics_busy: (f: { address: string }) =>
    `Cannot deliver records to ${f.address}: it cannot store anything at the moment`,
  analytics_older: (f: { address: string; version: string }) =>
    `Cannot deliver records to ${f.address}: analytics is older than this edge (${f.version}); update the analytics node first`,
  bad_trusted_proxy: (f: { network: string }) =>
    `Cannot trust "${f.network}": it is neither an address nor a network such as 10.0.0.0/8`,
})
