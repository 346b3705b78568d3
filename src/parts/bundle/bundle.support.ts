/** A cluster that signs bundles and lists, for tests. */
import type { SignedBundle } from '#model/bundle.ts'
import type { SignedLists } from '#model/cluster.ts'
import type { ListEntry } from '#model/ip-list.ts'
import { type BundleFiles, packBundle, type SigningKey, type Trust } from './bundle.ts'
import { type ListsHead, signLists } from './lists.ts'
import { newSigningKey } from './signing.ts'

export const cluster_id = '6f1c2c53-0a52-4c5e-9d54-3b1f5a3a7c11'

export type TestCluster = {
  readonly key: SigningKey
  readonly trust: Trust
  commit(revision: number, files: BundleFiles, message?: string): SignedBundle
  lists(head: Partial<ListsHead> & { revision: number }): SignedLists
}

export function testCluster(id = cluster_id): TestCluster {
  const key = newSigningKey()
  return {
    key,
    trust: { cluster_id: id, keys: [key.public_pem] },
    commit: (revision, files, message = 'a change') =>
      packBundle(
        files,
        {
          cluster_id: id,
          revision,
          author: 'ann',
          message,
          committed_at: '2026-01-01T00:00:00.000Z',
        },
        key,
      ),
    lists: (head) =>
      signLists(
        { cluster_id: id, since: null, entries: [], removed: [], revoked_nodes: [], ...head },
        key,
      ),
  }
}

/** What a policy with so many rule files looks like; `text` is what differs between two commits. */
export function testFiles(text: string, rule_files = 3): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>([
    ['policy.json', Buffer.from(`{"name":"${text}"}`)],
    ['rules.json', Buffer.from('{}')],
  ])
  for (let n = 0; n < rule_files; n++)
    files.set(`rules/${String(n).padStart(4, '0')}.conf`, Buffer.from(`# ${n}\n`.repeat(200)))
  return files
}

export function testEntry(n: number): ListEntry {
  return {
    id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    kind: 'deny',
    network: `192.0.2.${n % 256}`,
    site: '',
    reason: '',
    origin: 'operator',
    created_by: 'ann',
    created_at: '2026-01-01T00:00:00.000Z',
    expires_at: null,
  }
}
