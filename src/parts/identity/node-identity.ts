/**
 * Who this node is, on disk. `node.json` is the truth: it carries the certificate and names the file of its key, so that
 * replacing this one file replaces the identity as a whole. Keys lie beside it, 0600, in a directory that is 0700.
 */
import { createHash } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '#base/fault.ts'
import { z } from '#base/schema.ts'
import { NodeRole } from '#model/node-role.ts'
import { node_valid_ms } from './certificates/issue.ts'
import { misfit } from './certificates/misfit.ts'
import { certifiedNode, readX509, servedRoles } from './certificates/names.ts'
import { entries, placeDirectory, replaceFile, sweepStages } from './disk/whole-files.ts'
import { identityFaults } from './faults.ts'

const NodeFile = z.strictObject({
  format: z.literal(1),
  cluster_id: z.uuid(),
  node_id: z.uuid(),
  name: z.string(),
  roles: z.array(NodeRole),
  group: z.string(),
  certificate: z.string(),
  key_file: z.string().regex(/^node-[0-9a-f]{16}\.key$/),
  ca: z.string(),
  signing_keys: z.array(z.string()),
  policy_servers: z.array(z.string()),
  analytics: z.array(z.string()),
  /** Where it joined and where it was connected last: they worked, whatever was told since. */
  joined_at_server: z.string().optional(),
  last_server: z.string().optional(),
})
type NodeFile = z.infer<typeof NodeFile>

/** Certificates and keys are PEM; `key` is secret and never leaves this machine. */
export type NodeIdentity = Omit<NodeFile, 'format' | 'key_file'> & { readonly key: string }

const file_name = 'node.json'

/**
 * The identity kept in `dir`, checked: the key fits the certificate, which the cluster's authority signed for this node.
 * Undefined when there is none. Whether it has expired is for the caller to ask (`expiresAt`).
 *
 * @throws identity.incomplete, identity.broken
 */
export function readIdentity(dir: string): NodeIdentity | undefined {
  const first = readKept(dir)
  if (first === undefined) return undefined
  // While another process renews, the key that was named a moment ago may be gone: look again.
  const { kept, key } = first.key === undefined ? (readKept(dir) ?? first) : first
  if (key === undefined) throw identityFaults.incomplete({ dir, missing: kept.key_file })
  const { format: _, key_file, ...identity } = kept
  const reason = misfit({ ...identity, key })
  if (reason !== undefined) throw identityFaults.broken({ file: join(dir, file_name), reason })
  return { ...identity, key }
}

/** Writes it so that a reader, and a start after `kill -9`, finds the old identity or the new one. @throws identity.unwritable */
export function writeIdentity(dir: string, identity: NodeIdentity): void {
  try {
    const files = identityFiles(identity)
    if (placeDirectory(dir, files)) return
    const { [file_name]: node = '', ...keys } = files
    for (const [name, key] of Object.entries(keys)) replaceFile(join(dir, name), key)
    replaceFile(join(dir, file_name), node)
    for (const name of entries(dir)) {
      if (/^node-.*\.key(\.new)?$/.test(name) && !(name in keys))
        rmSync(join(dir, name), { force: true })
    }
  } catch (cause) {
    throw identityFaults.unwritable({ dir, reason: messageOf(cause) }, { cause })
  }
}

/** The files of an identity, name → text. */
export function identityFiles(identity: NodeIdentity): Record<string, string> {
  const { key, ...rest } = identity
  const key_file = `node-${createHash('sha256').update(key).digest('hex').slice(0, 16)}.key`
  const kept: NodeFile = { format: 1, ...rest, key_file }
  return { [key_file]: key, [file_name]: `${JSON.stringify(kept, undefined, 2)}\n` }
}

/**
 * Where policy servers may be, `host:port`: as was told last, and the places that worked before. A wrong address in a
 * policy server's settings reaches every node, and the right one only those that find back.
 */
export function knownServers(
  identity: Pick<NodeIdentity, 'policy_servers' | 'joined_at_server' | 'last_server'>,
): string[] {
  const { policy_servers, joined_at_server, last_server } = identity
  const all = [last_server, joined_at_server, ...policy_servers]
  return [...new Set(all.filter((server) => server !== undefined))]
}

/** Clears away what writes that were killed left behind. Only for the one process that holds the state directory. */
export function sweepIdentity(dir: string): void {
  sweepStages(dir)
}

/** End of the node's certificate, milliseconds since the epoch. */
export function expiresAt(identity: Pick<NodeIdentity, 'certificate'>): number {
  return readX509(identity.certificate)?.validToDate.getTime() ?? 0
}

/** Clocks of two machines may be that far apart before a certificate looks wrong. */
const apart_ms = 86_400_000

/**
 * Whether it is time for a new certificate: less than a third of its life is left, it was made by a clock that was wrong
 * (it has not begun, or ends too late), or it does not say what this node is there for.
 */
export function isRenewalDue(
  identity: Pick<NodeIdentity, 'certificate' | 'roles'>,
  now_ms: number,
): boolean {
  const certificate = readX509(identity.certificate)
  if (certificate === undefined || certificate.validFromDate.getTime() > now_ms) return true
  const left_ms = certificate.validToDate.getTime() - now_ms
  if (left_ms < node_valid_ms / 3 || left_ms > node_valid_ms + apart_ms) return true
  const { serves = [], signing_key_ids = [] } = certifiedNode(certificate) ?? {}
  const wanted = servedRoles(identity.roles)
  if (wanted.includes('policy') && signing_key_ids.length === 0) return true
  return wanted.some((role) => !serves.includes(role))
}

function readKept(dir: string): { kept: NodeFile; key: string | undefined } | undefined {
  const file = join(dir, file_name)
  const text = readText(file)
  if (text === undefined) {
    // Keys without a node: somebody removed half of it. Founding a new cluster over it would hide that.
    const left = entries(dir).some((name) => name.endsWith('.key'))
    if (left) throw identityFaults.incomplete({ dir, missing: file_name })
    return undefined
  }
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch (cause) {
    throw identityFaults.broken({ file, reason: messageOf(cause) }, { cause })
  }
  const checked = NodeFile.safeParse(raw)
  if (!checked.success) {
    const { path = [], message = '' } = checked.error.issues[0] ?? {}
    throw identityFaults.broken({ file, reason: `${path.join('.')}: ${message}` })
  }
  return { kept: checked.data, key: readText(join(dir, checked.data.key_file)) }
}

/** Undefined when there is no such file. */
function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
    throw identityFaults.broken({ file, reason: messageOf(cause) }, { cause })
  }
}
