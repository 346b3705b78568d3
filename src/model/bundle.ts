/**
 * A bundle: one committed policy with everything a node needs to enforce it, addressed by its content and signed.
 * Its files are `policy.json` (a PolicyDocument), `rules.json` and the rule files that it names (parts/enforcement).
 */
import { z } from '#base/schema.ts'

export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/)

export const BundleFile = z.strictObject({
  /** Relative, with slashes: `rules/0003.conf`; never leaves its folder. */
  path: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]*(\.[a-z0-9]+)*(\/[a-z0-9][a-z0-9_-]*(\.[a-z0-9]+)*){0,3}$/)
    .max(200),
  sha256: Sha256,
  size_bytes: z.int().min(0),
})
export type BundleFile = z.infer<typeof BundleFile>

/** What is signed. */
export const BundleHead = z.strictObject({
  format: z.literal(1),
  cluster_id: z.uuid(),
  /** Grows by one with every commit, also with a roll-back. */
  revision: z.int().min(1),
  /** SHA-256 of the list of files in canonical JSON: two commits of the same policy have the same content. */
  content: Sha256,
  files: z.array(BundleFile).min(1).max(5000),
  author: z.string(),
  message: z.string(),
  committed_at: z.iso.datetime(),
})
export type BundleHead = z.infer<typeof BundleHead>

/** `id`: SHA-256 of the canonical JSON of `head`; `signature`: Ed25519 over the same bytes, base64url. */
export const SignedBundle = z.strictObject({
  id: Sha256,
  head: BundleHead,
  /** SHA-256 of the public key (SPKI, DER). */
  key_id: Sha256,
  signature: z.string().regex(/^[A-Za-z0-9_-]{86}$/),
})
export type SignedBundle = z.infer<typeof SignedBundle>

/** How people name a bundle: `12-3fa9c2d1`. */
export function bundleName(
  bundle: Pick<SignedBundle, 'id'> & { head: { revision: number } },
): string {
  return `${bundle.head.revision}-${bundle.id.slice(0, 8)}`
}
