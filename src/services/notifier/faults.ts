/** Everything the notifier says no to, in words. What status each has is in `server/answer.ts`. */
import { faults } from '#base/fault.ts'

/** The sentence says it all. */
type Nothing = Readonly<Record<never, never>>

export const notifierFaults = faults('notifier', {
  cannot_listen: (f: { address: string; why: string }) =>
    `Cannot wait for nodes on "${f.address}": ${f.why}`,
  no_such_call: (f: { method: string; path: string }) =>
    `Cannot answer ${f.method} ${f.path}: there is no such call`,
  wrong_media: (f: { media: string }) =>
    `Cannot read the body: expected plain application/json, got "${f.media}"`,
  too_large: (f: { size_bytes_max: number }) =>
    `Cannot read the body: it is over ${f.size_bytes_max} bytes`,
  cut_short: (f: { why: string }) => `Cannot read the body to its end: ${f.why}`,
  not_json: (f: { why: string }) => `Cannot read the body: ${f.why}`,
  malformed: (f: { why: string }) => `Cannot take the body: ${f.why}`,
  certificate_needed: (_: Nothing) =>
    'Cannot answer this call: it comes without a valid certificate of this cluster',
  unknown_node: (f: { node: string }) =>
    `Cannot answer node "${f.node}": this cluster has no such node, invite it anew`,
  revoked: (f: { node: string }) =>
    `Cannot answer node "${f.node}": it was cut off, invite it anew`,
  off_list: (f: { node: string }) =>
    `Cannot answer node "${f.node}": it was taken off the list, and is back when its agent connects`,
  name_taken: (f: { name: string }) =>
    `Cannot take a node named "${f.name}": another one has this name, choose another with --name, or revoke or remove that one first`,
  token_unknown: (_: Nothing) => 'Cannot join with this token: this cluster has never made it',
  token_used: (f: { node: string }) =>
    `Cannot join with this token: node "${f.node}" has used it, and each is good for one`,
  token_expired: (f: { expired_at: string }) =>
    `Cannot join with this token: it expired at ${f.expired_at}`,
  token_withdrawn: (_: Nothing) => 'Cannot join with this token: it was withdrawn',
  too_many_joins: (f: { retry_after_s: number }) =>
    `Cannot join now: too many failed attempts, try again in ${f.retry_after_s} s`,
  too_many_nodes: (f: { nodes_max: number }) =>
    `Cannot take another node: the cluster has ${f.nodes_max}`,
  protocol_too_old: (f: { version: string; current: number; oldest: number }) =>
    `Cannot speak with version ${f.version}: it speaks protocol ${f.current} at most, we need ${f.oldest} at least; update it`,
  protocol_too_new: (f: { version: string; oldest: number; current: number }) =>
    `Cannot speak with version ${f.version}: it needs protocol ${f.oldest} at least, we speak ${f.current} at most; update the policy server`,
  two_of_one: (f: { node: string; address: string }) =>
    `Cannot tell who is node "${f.node}": two programs with its identity take each other's place, the last one at ${f.address}; stop one of them, or revoke the node if it was stolen`,
  ahead: (f: { node: string; revision: number; floor: number }) =>
    `Cannot bring revision ${f.revision} to node "${f.node}": it has run revision ${f.floor}, which this database does not know (was it restored from an older copy?); the next commit reaches it`,
  far_ahead: (f: { node: string; revision: number; floor: number }) =>
    `Cannot bring revision ${f.revision} to node "${f.node}": it says that it has run revision ${f.floor}, which nobody can have committed; revoke it and invite it anew`,
  lists_far_ahead: (f: { node_id: string; told: number; revision: number }) =>
    `Cannot bring IP lists of revision ${f.revision} to node ${f.node_id}: it says that it has revision ${f.told}, which nobody can have made; revoke it and invite it anew`,
  no_stream: (f: { node: string }) =>
    `Cannot take a report of node "${f.node}": it has no stream open here`,
  no_such_file: (f: { sha256: string }) =>
    `Cannot send the file ${f.sha256.slice(0, 16)}: no commit has it`,
  not_ready: (_: Nothing) => 'Cannot answer yet: the list of nodes could not be read',
  nothing_stopped: (f: { state: string }) =>
    `Cannot resume the roll-out: it is not stopped but ${f.state}`,
  rollout_stopped: (f: { bundle: string; why: string }) =>
    `Cannot go on with the roll-out of "${f.bundle}": ${f.why}`,
  not_rolled_back: (f: { revision: number; why: string }) =>
    `Cannot go back to revision ${f.revision}: ${f.why}`,
})
