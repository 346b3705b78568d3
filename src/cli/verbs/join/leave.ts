/** Leaving a cluster for another: nothing is deleted, everything is put aside. */
import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { NodeIdentity } from '#parts/identity/node-identity.ts'
import { identityDir } from '../../cluster.ts'

/**
 * Copies the old identity to `STATE_DIR/left/…` and moves the old cluster's policy there: a node refuses revisions older
 * than it has run, and another cluster counts from one. To the same cluster the policy stays, so that it protects at once.
 */
export function putAside(
  state_dir: string,
  old: NodeIdentity | undefined,
  next_cluster: string,
  at: string,
): string {
  const aside = join(state_dir, 'left', `${at.replaceAll(':', '')}-${old?.cluster_id ?? 'unknown'}`)
  mkdirSync(aside, { recursive: true, mode: 0o700 })
  cpSync(identityDir(state_dir), join(aside, 'identity'), { recursive: true })
  const shelf = join(state_dir, 'shelf')
  if (old?.cluster_id !== next_cluster && existsSync(shelf)) renameSync(shelf, join(aside, 'shelf'))
  return aside
}

/** The old cluster's own keys, of which `putAside` made a copy, are none of the new one's. */
export function forgetAuthority(state_dir: string): void {
  for (const name of ['ca.key', 'signing.key'])
    rmSync(join(identityDir(state_dir), name), { force: true })
}
