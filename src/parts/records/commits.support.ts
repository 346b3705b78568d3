/** Bundles for tests of the records: nothing of them is signed. */
import { createHash } from 'node:crypto'
import type { SignedBundle } from '#model/bundle.ts'
import { noonPlus } from './records.support.ts'

export const digest = (data: Uint8Array | string) => createHash('sha256').update(data).digest('hex')

/** A bundle with these files; what it says of itself is not signed. */
export function bundleOf(revision: number, files: ReadonlyMap<string, Uint8Array>): SignedBundle {
  const list = [...files].map(([path, data]) => ({
    path,
    sha256: digest(data),
    size_bytes: data.length,
  }))
  return {
    id: digest(`bundle ${revision} ${Math.random()}`),
    head: {
      format: 1,
      cluster_id: '0192e4a0-0000-7000-8000-000000000001',
      revision,
      content: digest(JSON.stringify(list)),
      files: list,
      author: 'ada',
      message: 'nul \0 is no text',
      committed_at: noonPlus(revision),
    },
    key_id: digest('key'),
    signature: 'A'.repeat(86),
  }
}
