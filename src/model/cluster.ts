/**
 * What nodes say to each other on the cluster port (mTLS, TLS 1.3; default 12346). An agent opens
 * `POST /v1/agent/stream` and reads one `ToAgent` a line for as long as it lives; what it has to say it posts to
 * `/v1/agent/report`. Files of bundles are read from `/v1/files/{sha256}`.
 */
import { z } from '#base/schema.ts'
import { SignedBundle } from './bundle.ts'
import { ListEntry } from './ip-list.ts'
import { NodeRole } from './node-role.ts'
import { NodeView } from './node-view.ts'

/** The protocol between nodes: this version speaks `current` down to `oldest` (the one before, once there is one). */
export const protocol = { current: 1, oldest: 1 } as const

/** `POST /v1/join`, the only call without a certificate. */
export const JoinRequest = z.strictObject({
  token: z.string().max(100),
  /** PEM, PKCS #10. */
  csr: z.string().max(8192),
  name: z.string().regex(/^[\w.-]{1,63}$/),
  /** `host:port`s under which others reach it; where nothing is listened on, the host alone. */
  address: z.string().max(255),
  version: z.string().max(50),
  protocol: z.strictObject({ current: z.int(), oldest: z.int() }),
})
export type JoinRequest = z.infer<typeof JoinRequest>

export const JoinAnswer = z.strictObject({
  cluster_id: z.uuid(),
  node_id: z.uuid(),
  name: z.string(),
  roles: z.array(NodeRole),
  group: z.string(),
  /** PEM. */
  certificate: z.string(),
  ca: z.string(),
  /** Public keys (SPKI, PEM) that sign bundles and lists. */
  signing_keys: z.array(z.string()),
  /** `host:port` of cluster ports. */
  policy_servers: z.array(z.string()),
  /** `host:port` where records are taken (3313). */
  analytics: z.array(z.string()),
})
export type JoinAnswer = z.infer<typeof JoinAnswer>

/** `POST /v1/renew`, with the certificate that is about to end. */
export const RenewRequest = z.strictObject({ csr: z.string().max(8192) })
export const RenewAnswer = z.strictObject({ certificate: z.string(), ca: z.string() })

/** Live lists: everything, or what changed after `since`. Signed like a bundle, over the canonical JSON of `head`. */
export const SignedLists = z.strictObject({
  head: z.strictObject({
    cluster_id: z.uuid(),
    /** Grows with every change. */
    revision: z.int().min(0),
    /** Null: these are all entries, or the first of them. */
    since: z.int().nullable(),
    /**
     * More parts of this revision follow, each with `since` as the revision itself. With the last one, where this is left
     * out, the revision is reached, and entries that were in no part are gone.
     */
    more: z.literal(true).optional(),
    entries: z.array(ListEntry),
    /** Ids of entries that are gone; empty when `since` is null. */
    removed: z.array(z.uuid()),
    /** Ids of all nodes whose certificates no longer count. */
    revoked_nodes: z.array(z.uuid()),
  }),
  key_id: z.string(),
  signature: z.string(),
})
export type SignedLists = z.infer<typeof SignedLists>

/**
 * Hybrid clock of whoever speaks (base/hybrid-clock.ts): what happens where it is heard is later, on the timeline of all
 * nodes, than what happened where it was said, however far apart their clocks are. Nodes of before do not say it.
 */
const Hlc = z.string().max(30).optional()

/** Body of `POST /v1/agent/stream`. */
export const AgentHello = z.strictObject({
  version: z.string().max(50),
  protocol: z.strictObject({ current: z.int(), oldest: z.int() }),
  /** Changes with every start. */
  boot_id: z.uuid(),
  address: z.string().max(255),
  /** `host:port` where it takes records; only of nodes with the role analytics. */
  analytics: z.string().max(255).optional(),
  /** What is enforced; null before the first. */
  bundle: z.strictObject({ id: z.string(), revision: z.int() }).nullable(),
  /** Highest revision that was ever enforced: nothing older is taken. */
  revision_floor: z.int(),
  lists_revision: z.int(),
  /** Clock of the node, milliseconds. */
  at_ms: z.int(),
  hlc: Hlc,
})
export type AgentHello = z.infer<typeof AgentHello>

/** Where things are; sent at the beginning and when it changes. */
export const Topology = z.strictObject({
  policy_servers: z.array(z.string()),
  analytics: z.array(z.string()),
})
export type Topology = z.infer<typeof Topology>

export const ToAgent = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('welcome'),
    /** The protocol that both speak. */
    protocol: z.int(),
    version: z.string(),
    at_ms: z.int(),
    hlc: Hlc,
    topology: Topology,
  }),
  /** Take this bundle, enforce it, and send a receipt. */
  z.strictObject({ kind: z.literal('bundle'), bundle: SignedBundle }),
  z.strictObject({ kind: z.literal('lists'), lists: SignedLists }),
  /** How all nodes are, for whoever asks on this node. */
  z.strictObject({ kind: z.literal('nodes'), nodes: z.array(NodeView), at: z.iso.datetime() }),
  z.strictObject({ kind: z.literal('topology'), topology: Topology }),
  /** Every 5 s, and before a bundle: silence for 15 s means that the line is dead. */
  z.strictObject({ kind: z.literal('ping'), at_ms: z.int(), hlc: Hlc }),
])
export type ToAgent = z.infer<typeof ToAgent>

/** What became of a bundle on a node. */
export const Receipt = z.strictObject({
  bundle: z.string(),
  revision: z.int(),
  result: z.enum(['applied', 'refused']),
  /** From the offer to enforcement. */
  took_ms: z.number(),
  /** Code and sentence of the fault when it was refused. */
  code: z.string(),
  message: z.string(),
})
export type Receipt = z.infer<typeof Receipt>

/** Counters of a node since its start, for watching a wave. */
export const WaveCounters = z.strictObject({
  requests: z.int(),
  blocked: z.int(),
  /** Engine faults, upstream errors and answers of 500 and more. */
  errors: z.int(),
})
export type WaveCounters = z.infer<typeof WaveCounters>

/** `POST /v1/agent/report`: every second, and at once when something changed. Answered 204. */
export const AgentReport = z.strictObject({
  boot_id: z.uuid(),
  at_ms: z.int(),
  hlc: Hlc,
  committing: z.enum(['stable', 'preparing_to_commit', 'committing_changes']),
  bundle: z.strictObject({ id: z.string(), revision: z.int() }).nullable(),
  lists_revision: z.int(),
  receipts: z.array(Receipt).max(100),
  counters: WaveCounters,
})
export type AgentReport = z.infer<typeof AgentReport>
