/** All faults of analytics. */
import { faults } from '#base/fault.ts'

export const analyticsFaults = faults('analytics', {
  cannot_listen: (f: { address: string; why: string }) =>
    `Cannot take records on "${f.address}": ${f.why}`,
  tls_needed: (f: { address: string }) =>
    `Cannot take records on "${f.address}" without certificates: only loopback addresses may`,
  certificate_needed: (_: Readonly<Record<never, never>>) =>
    'Cannot take this request: it comes without a certificate of this cluster',
  revoked: (f: { node: string }) =>
    `Cannot take records of the node "${f.node}": its certificate was revoked`,
  wrong_node: (f: { node: string; certificate: string }) =>
    `Cannot take records of the node "${f.node}": the certificate is that of "${f.certificate}"`,
  older_than_edge: (f: { node: string; version: string; edge_version: string }) =>
    `Cannot take records of the node "${f.node}": it runs ${f.edge_version}, analytics the older ${f.version}; update analytics first`,
  too_many_bans: (f: { bans_max: number }) =>
    `Cannot ban more clients in this minute: jails have banned ${f.bans_max} already`,
  too_many_bans_of_node: (f: { node: string; bans_max: number }) =>
    `Cannot ban more clients in this minute by what the node "${f.node}" tells: jails have banned ${f.bans_max} by it already; \`gatehouse node revoke ${f.node}\` if it is not to be trusted`,
  cannot_export: (f: { target: string; why: string }) =>
    `Cannot tell ${f.target} what happens: ${f.why}`,
  export_refused: (f: { host: string; status: number }) =>
    `Cannot hand a message to ${f.host}: it answers ${f.status}`,
  export_unreadable: (f: { path: string; why: string }) =>
    `Cannot export with the file "${f.path}": ${f.why}`,
  not_for_browsers: (f: { origin: string }) =>
    `Cannot take this request: a web page sent it (${f.origin})`,
  no_such_call: (f: { method: string; path: string }) =>
    `Cannot answer ${f.method} ${f.path}: there is no such call`,
  wrong_method: (f: { method: string; path: string }) =>
    `Cannot answer ${f.method} ${f.path}: only POST is known there`,
  wrong_media: (f: { media: string }) =>
    `Cannot read the body: expected plain application/json, got "${f.media}"`,
  too_large: (f: { size_bytes_max: number }) =>
    `Cannot read the body: it is over ${f.size_bytes_max} bytes`,
  cut_short: (f: { why: string }) => `Cannot read the body to its end: ${f.why}`,
  not_json: (f: { why: string }) => `Cannot read the body: ${f.why}`,
  wrong_shape: (f: { why: string }) => `Cannot take the body: ${f.why}`,
  busy: (f: { batches_max: number }) =>
    `Cannot take another batch now: ${f.batches_max} are being stored`,
  node_busy: (f: { node: string; batches_max: number }) =>
    `Cannot take another batch of the node "${f.node}" now: ${f.batches_max} are under way`,
  from_future: (f: { node: string; ahead_s: number }) =>
    `Cannot keep the times that the node "${f.node}" tells: they are up to ${f.ahead_s} s ahead of ours`,
})
