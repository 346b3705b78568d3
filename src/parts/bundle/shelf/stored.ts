/** Bundles as they lie on the shelf: `bundles/ID.json`, and each file once in `files/SHA256`. */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '#base/fault.ts'
import { type BundleFile, bundleName, Sha256, SignedBundle } from '#model/bundle.ts'
import {
  type BundleFiles,
  bundle_text_bytes_max,
  demandWholeness,
  type Trust,
  verifyBundle,
} from '../bundle.ts'
import { bundleFaults } from '../faults.ts'
import { sha256 } from '../signing.ts'
import { readWhole, replaceFile } from './durable.ts'

export type Shelved = { readonly bundle: SignedBundle; readonly files: BundleFiles }

/** The signed bundle is somewhat longer than its head. */
const text_bytes_max = bundle_text_bytes_max + 65_536

export function bundlePath(dir: string, id: string): string {
  return join(dir, 'bundles', `${id}.json`)
}

export function filePath(dir: string, hash: string): string {
  return join(dir, 'files', hash)
}

/**
 * A bundle without its files. Given a trust its signature is checked, else that it is whole and has this id.
 * @throws bundle.missing_bundle, bundle.malformed and what verifyBundle throws
 */
export function readBundle(dir: string, id: string, trust?: Trust): SignedBundle {
  const bytes = Sha256.safeParse(id).success
    ? readWhole(bundlePath(dir, id), text_bytes_max)
    : undefined
  if (bytes === undefined) throw bundleFaults.missing_bundle({ bundle: id.slice(0, 64) })
  const bundle = trust ? verifyBundle(parse(bytes), trust) : wholeBundle(bytes)
  if (bundle.id !== id) throw bundleFaults.missing_bundle({ bundle: id })
  return bundle
}

/**
 * Reads what is not among the `known`, by hash.
 * @throws bundle.missing_file when one is missing or is not what its hash says
 */
export function readFiles(
  dir: string,
  bundle: SignedBundle,
  known: ReadonlyMap<string, Uint8Array> = new Map(),
): BundleFiles {
  return new Map(
    bundle.head.files.map((file) => {
      const bytes = known.get(file.sha256) ?? readFile(dir, file)
      if (bytes) return [file.path, bytes]
      throw bundleFaults.missing_file({ bundle: bundleName(bundle), path: file.path })
    }),
  )
}

/** Undefined when it is not there or is not what its hash says. */
export function readFile(dir: string, file: BundleFile): Buffer | undefined {
  const bytes = readWhole(filePath(dir, file.sha256), file.size_bytes)
  return bytes?.length === file.size_bytes && sha256(bytes) === file.sha256 ? bytes : undefined
}

export function writeBundle(dir: string, bundle: SignedBundle): void {
  replaceFile(bundlePath(dir, bundle.id), JSON.stringify(bundle), 'lazy')
}

/** All bundles that lie here and can be read. */
export function wholeBundles(dir: string): SignedBundle[] {
  return bundleIds(dir).flatMap((id) => {
    try {
      return [readBundle(dir, id)]
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault
      return []
    }
  })
}

/** Ids of all bundles that lie here, whole or not. */
function bundleIds(dir: string): string[] {
  return readdirSync(join(dir, 'bundles'))
    .filter((name) => /^[0-9a-f]{64}\.json$/.test(name))
    .map((name) => name.slice(0, 64))
}

/** Removes every bundle but these, and every file that none of them needs. */
export function prune(dir: string, kept: readonly SignedBundle[]): void {
  const ids = new Set(kept.map((bundle) => `${bundle.id}.json`))
  const hashes = new Set(kept.flatMap((bundle) => bundle.head.files.map((file) => file.sha256)))
  removeAllBut(join(dir, 'bundles'), ids)
  removeAllBut(join(dir, 'files'), hashes)
}

function removeAllBut(folder: string, kept: ReadonlySet<string>): void {
  for (const name of readdirSync(folder)) {
    if (!kept.has(name)) rmSync(join(folder, name), { recursive: true, force: true })
  }
}

function wholeBundle(bytes: Buffer): SignedBundle {
  const read = SignedBundle.safeParse(parse(bytes))
  if (!read.success)
    throw bundleFaults.malformed({ what: 'bundle on the shelf', why: 'it is damaged' })
  demandWholeness(read.data)
  return read.data
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch (cause) {
    throw bundleFaults.malformed({ what: 'bundle on the shelf', why: 'it is not JSON' }, { cause })
  }
}
