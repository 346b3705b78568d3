/**
 * ★ Packs a committed policy into a signed bundle, and checks one that came from outside. A bundle is a list of files
 * by their hashes (`head`) and a signature over it; the bytes travel and are kept apart from it, by hash.
 */
import { type BundleFile, type BundleHead, bundleName, SignedBundle } from '#model/bundle.ts'
import { canonicalJson } from './canonical.ts'
import { bundleFaults } from './faults.ts'
import { demandSignature, type SigningKey, sha256, signText, type Trust } from './signing.ts'

export type { SigningKey, Trust } from './signing.ts'

/** Path → bytes. */
export type BundleFiles = ReadonlyMap<string, Uint8Array>

/** All files of a bundle together. */
export const bundle_bytes_max = 64 * 1024 ** 2

/** Of a signed bundle as JSON, without its files: 5000 of them with long paths fit in half of it. */
export const bundle_text_bytes_max = 4 * 1024 ** 2

/**
 * The list of files, sorted by path, and its hash: the same files have the same content, whoever commits them.
 * @throws bundle.bad_path, bundle.too_large
 */
export function contentOf(files: BundleFiles): { content: string; files: BundleFile[] } {
  const list = [...files]
    .map(([path, bytes]) => ({ path, sha256: sha256(bytes), size_bytes: bytes.length }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
  demandGoodFiles(list)
  return { content: sha256(canonicalJson(list)), files: list }
}

/**
 * Signs what a commit consists of; never makes a bundle that a node would not take.
 * @throws bundle.bad_path, bundle.too_large, bundle.malformed
 */
export function packBundle(
  files: BundleFiles,
  commit: Pick<BundleHead, 'cluster_id' | 'revision' | 'author' | 'message' | 'committed_at'>,
  key: SigningKey,
): SignedBundle {
  const { cluster_id, revision, author, message, committed_at } = commit
  const head: BundleHead = {
    format: 1,
    cluster_id,
    revision,
    ...contentOf(files),
    author,
    message,
    committed_at,
  }
  const text = canonicalJson(head)
  const bundle = { id: sha256(text), head, key_id: key.key_id, signature: signText(text, key) }
  return verifyBundle(bundle, { cluster_id, keys: [key.public_pem] })
}

/**
 * Checks a bundle from outside, given as JSON text or as what was parsed from it, before a byte of its files is
 * fetched: shape, cluster, signature, id, content, paths, sizes.
 * @throws bundle.malformed, bundle.bad_path, bundle.foreign_cluster, bundle.foreign_signature, bundle.bad_signature,
 * bundle.too_large
 */
export function verifyBundle(data: unknown, trust: Trust): SignedBundle {
  const bundle = read(data)
  const { head } = bundle
  const what = `bundle "${bundleName(bundle)}"`
  if (head.cluster_id !== trust.cluster_id)
    throw bundleFaults.foreign_cluster({
      what,
      cluster_id: head.cluster_id,
      own_cluster_id: trust.cluster_id,
    })
  const text = canonicalJson(head)
  demandSize(Buffer.byteLength(text))
  demandSignature(what, text, bundle, trust)
  demandWholeness(bundle, text)
  return bundle
}

/**
 * Does the head have the id and the content that it claims? Enough where the signature was checked before, by the
 * same id. @throws bundle.malformed, bundle.bad_path, bundle.too_large
 */
export function demandWholeness(bundle: SignedBundle, text = canonicalJson(bundle.head)): void {
  const what = `bundle "${bundleName(bundle)}"`
  if (sha256(text) !== bundle.id)
    throw bundleFaults.malformed({ what, why: 'its id is not the hash of its head' })
  if (sha256(canonicalJson(bundle.head.files)) !== bundle.head.content)
    throw bundleFaults.malformed({ what, why: 'its content is not the hash of its files' })
  demandGoodFiles(bundle.head.files)
}

/** From JSON text or from what was parsed. @throws bundle.malformed, bundle.bad_path, bundle.too_large */
function read(data: unknown): SignedBundle {
  const parsed = SignedBundle.safeParse(typeof data === 'string' ? parse(data) : data)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const at = issue?.path.join('.') ?? ''
  const why = `${at}: ${issue?.message}`
  if (/^head\.files\.\d+\.path$/.test(at)) throw bundleFaults.bad_path({ path: at, why })
  throw bundleFaults.malformed({ what: 'bundle', why })
}

function parse(text: string): unknown {
  demandSize(Buffer.byteLength(text))
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw bundleFaults.malformed({ what: 'bundle', why: 'it is not JSON' }, { cause })
  }
}

function demandSize(size_bytes: number): void {
  if (size_bytes > bundle_text_bytes_max)
    throw bundleFaults.too_large({
      what: 'head of a bundle',
      size_bytes,
      size_bytes_max: bundle_text_bytes_max,
    })
}

/** No path twice in whatever case, no file where another one has its folder, and all within the limit. */
function demandGoodFiles(files: readonly BundleFile[]): void {
  const taken = new Set<string>()
  const folders = new Set<string>()
  let size_bytes = 0
  for (const file of files) {
    const path = file.path.toLowerCase()
    if (taken.has(path))
      throw bundleFaults.bad_path({ path: file.path, why: 'there are two of this name' })
    taken.add(path)
    for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1))
      folders.add(path.slice(0, at))
    size_bytes += file.size_bytes
  }
  const both = [...taken].find((path) => folders.has(path))
  if (both !== undefined)
    throw bundleFaults.bad_path({ path: both, why: 'it is a file and a folder' })
  if (size_bytes > bundle_bytes_max)
    throw bundleFaults.too_large({
      what: 'files of a bundle',
      size_bytes,
      size_bytes_max: bundle_bytes_max,
    })
}
