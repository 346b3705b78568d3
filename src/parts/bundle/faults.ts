/** Everything that can be wrong with a bundle, with live lists, and with the shelf that keeps them. */
import { faults } from '#base/fault.ts'

export const bundleFaults = faults('bundle', {
  not_canonical: (f: { path: string; why: string }) =>
    `Cannot write "${f.path}" as canonical JSON: ${f.why}`,
  malformed: (f: { what: string; why: string }) => `Cannot read the ${f.what}: ${f.why}`,
  too_large: (f: { what: string; size_bytes: number; size_bytes_max: number }) =>
    `Cannot take the ${f.what}: it has ${f.size_bytes} bytes, at most ${f.size_bytes_max} are allowed`,
  bad_path: (f: { path: string; why: string }) =>
    `Cannot take a bundle with the file "${f.path}": ${f.why}`,
  foreign_cluster: (f: { what: string; cluster_id: string; own_cluster_id: string }) =>
    `Cannot take the ${f.what}: it is of cluster ${f.cluster_id}, we are of ${f.own_cluster_id}`,
  foreign_signature: (f: { what: string; key_id: string }) =>
    `Cannot take the ${f.what}: no key of this cluster has the id ${f.key_id.slice(0, 16)}`,
  bad_signature: (f: { what: string }) =>
    `Cannot take the ${f.what}: its signature does not fit its content`,
  wrong_hash: (f: { sha256: string; found: string }) =>
    `Cannot keep the file ${f.sha256.slice(0, 16)}: its bytes have the hash ${f.found.slice(0, 16)}`,
  missing_file: (f: { bundle: string; path: string }) =>
    `Cannot read bundle "${f.bundle}" from the shelf: the file "${f.path}" is missing or damaged`,
  missing_bundle: (f: { bundle: string }) =>
    `Cannot read bundle "${f.bundle}" from the shelf: it is not there`,
  no_trust: (f: { dir: string }) =>
    `Cannot check what lies in "${f.dir}": this node belongs to no cluster yet`,
  older_revision: (f: { bundle: string; floor: number }) =>
    `Cannot take bundle "${f.bundle}": this node has run revision ${f.floor} already`,
  revision_taken: (f: { bundle: string; known: string }) =>
    `Cannot take bundle "${f.bundle}": this node knows another one of the same revision, "${f.known}"`,
  older_lists: (f: { revision: number; known: number }) =>
    `Cannot take lists of revision ${f.revision}: this node has revision ${f.known} already`,
  lists_gap: (f: { since: number; known: number }) =>
    `Cannot take changes of lists after revision ${f.since}: this node has revision ${f.known}`,
  too_many_entries: (f: { entries: number; entries_max: number }) =>
    `Cannot take lists with ${f.entries} entries: at most ${f.entries_max} are allowed`,
  shelf_full: (f: { dir: string; why: string }) =>
    `Cannot write to the shelf in "${f.dir}": there is no room (${f.why})`,
  shelf_broken: (f: { dir: string; why: string }) => `Cannot use the shelf in "${f.dir}": ${f.why}`,
  unusable_key: (f: { why: string }) => `Cannot use a signing key: ${f.why}`,
})
