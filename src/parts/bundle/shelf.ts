/**
 * ★ The shelf: what a node needs to protect without any policy server, on its own disk. It survives the death of its
 * owner at any instant, a full disk, and damage: every read checks hashes and signature again, and when the newest
 * bundle is not whole the one before it counts.
 *
 * `active.json` says which bundle counts, `floor.json` which was the newest ever; `bundles/` and `files/` are written
 * before `active.json` names them. One process writes; others may read with `readShelved`.
 */
import { chmodSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '#base/fault.ts'
import { type Data, z } from '#base/schema.ts'
import { bundleName, type SignedBundle } from '#model/bundle.ts'
import type { SignedLists } from '#model/cluster.ts'
import { NodeView } from '#model/node-view.ts'
import type { BundleFiles, Trust } from './bundle.ts'
import { bundleFaults } from './faults.ts'
import type { ListsHead } from './lists.ts'
import { claim } from './shelf/claim.ts'
import {
  meanwhileOnShelf,
  onShelf,
  readWhole,
  replaceFile,
  settle,
  settleMeanwhile,
  settleSoon,
  unfinished,
} from './shelf/durable.ts'
import { openListJournal, readListJournal } from './shelf/list-journal.ts'
import {
  type Mark,
  movePointer,
  movePointerMeanwhile,
  type Pointer,
  readFloor,
  readPointer,
} from './shelf/pointer.ts'
import {
  bundlePath,
  filePath,
  prune,
  readBundle,
  readFile,
  readFiles,
  type Shelved,
  wholeBundles,
  writeBundle,
} from './shelf/stored.ts'
import { sha256 as hashOf } from './signing.ts'

export type { Shelved } from './shelf/stored.ts'

const NodesFile = z.strictObject({ nodes: z.array(NodeView), at: z.iso.datetime() })
/** All nodes as the policy server last told. */
export type ShelvedNodes = Data<typeof NodesFile>

const nodes_bytes_max = 8 * 1024 ** 2

export type Shelf = {
  /** The newest bundle that is whole and verified; undefined when there is none. What is damaged is told to `tell`. */
  active(): Shelved | undefined
  /** The one that counted before the active one, whole and verified; undefined when there is none. */
  previous(): Shelved | undefined
  /** Highest revision ever activated; 0 before the first. Never falls. */
  readonly revision_floor: number
  /** May this bundle be enforced here? @throws bundle.older_revision, bundle.revision_taken */
  admit(bundle: SignedBundle): void
  /** Hashes of files that are not here, or damaged. */
  missing(bundle: SignedBundle): readonly string[]
  /** Keeps a file until the next `stage`. @throws bundle.wrong_hash, bundle.shelf_full, bundle.shelf_broken */
  addFile(sha256: string, bytes: Uint8Array): void
  /** @throws bundle.missing_file */
  filesOf(bundle: SignedBundle): BundleFiles
  /**
   * Lays a verified bundle beside the active one, for workers to try (`readShelved`), and removes what nobody needs
   * any more. @throws bundle.missing_file, bundle.shelf_full, bundle.shelf_broken
   */
  stage(bundle: SignedBundle): Shelved
  /**
   * From now on this one counts, also after a loss of power; the one before is kept. Atomic.
   * @throws what admit and stage throw
   */
  activate(bundle: SignedBundle): void
  /** The same while the process goes on with its work: a disk may take long. One at a time. */
  activateMeanwhile(bundle: SignedBundle): Promise<void>
  /** Everything that the lists say; undefined before the first. */
  lists(): ListsHead | undefined
  /** 0 before the first. */
  readonly lists_revision: number
  /** Whoever reads the lists from disk now gets all that holds; false while parts come, and when the disk refused some. */
  readonly are_lists_kept: boolean
  /**
   * Takes verified lists: a full state, a part of one, or a change. `onTaken` gets what became different, before it is
   * written: when the disk refuses they count all the same, until a restart.
   * @throws bundle.older_lists, bundle.lists_gap, bundle.too_many_entries (nothing changed); bundle.shelf_full,
   * bundle.shelf_broken (taken, but not kept)
   */
  saveLists(lists: SignedLists, onTaken?: (change: ListsHead) => void): void
  nodes(): ShelvedNodes | undefined
  /** @throws bundle.shelf_full, bundle.shelf_broken */
  saveNodes(nodes: ShelvedNodes): void
}

/**
 * Opens the shelf in `dir` for its one owner, making it when there is none. What another cluster left, to which this
 * machine belonged before, is removed. `tell` gets what is found damaged, once.
 * @throws bundle.shelf_full, bundle.shelf_broken
 */
export function openShelf(
  dir: string,
  trust: () => Trust | undefined,
  tell: (fault: Fault) => void = () => {},
): Shelf {
  onShelf(dir, () => {
    for (const folder of [dir, join(dir, 'bundles'), join(dir, 'files')]) {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      chmodSync(folder, 0o700)
      for (const name of readdirSync(folder))
        if (name.endsWith(unfinished)) rmSync(join(folder, name), { force: true, recursive: true })
    }
    const cluster_id = trust()?.cluster_id
    if (cluster_id !== undefined) claim(dir, cluster_id)
  })
  return new DiskShelf(dir, trust, tell)
}

/**
 * A bundle with its files, for a worker that was told its id: checks that it is whole. Its signature was checked by
 * the owner of the shelf. Of what the worker has from `before` nothing is read again.
 * @throws bundle.missing_bundle, bundle.missing_file, bundle.malformed
 */
export function readShelved(dir: string, bundle_id: string, before?: Shelved): Shelved {
  const bundle = readBundle(dir, bundle_id)
  const known = new Map<string, Uint8Array>()
  for (const { path, sha256 } of before?.bundle.head.files ?? []) {
    const bytes = before?.files.get(path)
    if (bytes) known.set(sha256, bytes)
  }
  return { bundle, files: readFiles(dir, bundle, known) }
}

/** The lists on a shelf that another process owns; what it takes at this moment may be missing. */
export function readLists(dir: string): ListsHead | undefined {
  return readListJournal(dir)
}

/**
 * What counts on a shelf that another process owns, for whoever only looks: checked to be whole. Undefined when
 * nothing counts yet, and when it cannot be read.
 */
export function readActive(dir: string): Shelved | undefined {
  const pointer = readPointer(dir)
  for (const mark of [pointer?.active, pointer?.previous]) {
    try {
      if (mark) return readShelved(dir, mark.id)
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault
    }
  }
  return undefined
}

class DiskShelf implements Shelf {
  readonly #dir: string
  readonly #trust: () => Trust | undefined
  readonly #tell: (fault: Fault) => void
  readonly #journal: ReturnType<typeof openListJournal>
  #floor: Mark | undefined
  /** The one that was whole when we last looked. */
  #good: SignedBundle | undefined
  #staged: Shelved | undefined
  /** Files by hash that were whole when `missing` looked or that came since: `stage` follows and need not read twice. */
  readonly #looked_at = new Map<string, Uint8Array>()
  /** Told already. */
  readonly #told = new Set<string>()

  constructor(dir: string, trust: () => Trust | undefined, tell: (fault: Fault) => void) {
    this.#dir = dir
    this.#trust = trust
    this.#tell = tell
    this.#floor = readFloor(dir)
    this.#journal = openListJournal(dir)
  }

  get revision_floor(): number {
    return this.#floor?.revision ?? 0
  }

  get lists_revision(): number {
    return this.#journal.merged.revision
  }

  get are_lists_kept(): boolean {
    return this.#journal.is_kept
  }

  active(): Shelved | undefined {
    for (const id of this.#candidates()) {
      try {
        const shelved = this.#read(id)
        this.#good = shelved.bundle
        return shelved
      } catch (fault) {
        if (!(fault instanceof Fault)) throw fault
        this.#tellOnce(fault)
      }
    }
    return undefined
  }

  previous(): Shelved | undefined {
    const pointer = readPointer(this.#dir)
    // Where the active one is damaged, the one before has taken its place already.
    if (!pointer?.previous || this.#enforced()?.id !== pointer.active.id) return undefined
    try {
      return this.#read(pointer.previous.id)
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault
      this.#tellOnce(fault)
      return undefined
    }
  }

  admit(bundle: SignedBundle): void {
    const floor = this.#floor
    if (floor === undefined || bundle.id === this.#enforced()?.id) return
    const name = bundleName(bundle)
    if (bundle.head.revision < floor.revision)
      throw bundleFaults.older_revision({ bundle: name, floor: floor.revision })
    if (bundle.head.revision === floor.revision && bundle.id !== floor.id) {
      const known = bundleName({ id: floor.id, head: floor })
      throw bundleFaults.revision_taken({ bundle: name, known })
    }
  }

  missing(bundle: SignedBundle): readonly string[] {
    // A new try begins: what was staged may have been damaged since.
    this.#staged = undefined
    this.#looked_at.clear()
    const all = new Map(bundle.head.files.map((file) => [file.sha256, file]))
    return [...all.values()].flatMap((file) => {
      const bytes = readFile(this.#dir, file)
      if (bytes === undefined) return [file.sha256]
      this.#looked_at.set(file.sha256, bytes)
      return []
    })
  }

  addFile(sha256: string, bytes: Uint8Array): void {
    const found = hashOf(bytes)
    if (found !== sha256) throw bundleFaults.wrong_hash({ sha256, found })
    onShelf(this.#dir, () => replaceFile(filePath(this.#dir, sha256), bytes, 'lazy'))
    if (this.#looked_at.size > 0) this.#looked_at.set(sha256, bytes)
  }

  filesOf(bundle: SignedBundle): BundleFiles {
    return readFiles(this.#dir, bundle)
  }

  stage(bundle: SignedBundle): Shelved {
    if (this.#staged?.bundle.id === bundle.id) return this.#staged
    const files = readFiles(this.#dir, bundle, this.#looked_at)
    this.#looked_at.clear()
    onShelf(this.#dir, () => {
      prune(this.#dir, [...this.#kept(), bundle])
      writeBundle(this.#dir, bundle)
    })
    this.#staged = { bundle, files }
    for (const path of this.#unsettled(bundle)) settleSoon(path)
    return this.#staged
  }

  activate(bundle: SignedBundle): void {
    const { pointer, floor } = this.#next(bundle)
    onShelf(this.#dir, () => {
      for (const path of this.#unsettled(bundle)) settle(path)
      settle(join(this.#dir, 'files'))
      settle(join(this.#dir, 'bundles'))
      movePointer(this.#dir, pointer, floor)
    })
    this.#count(bundle, floor)
  }

  async activateMeanwhile(bundle: SignedBundle): Promise<void> {
    const { pointer, floor } = this.#next(bundle)
    const folders = [join(this.#dir, 'files'), join(this.#dir, 'bundles')]
    await meanwhileOnShelf(this.#dir, async () => {
      await Promise.all([...this.#unsettled(bundle), ...folders].map(settleMeanwhile))
      await movePointerMeanwhile(this.#dir, pointer, floor)
    })
    this.#count(bundle, floor)
  }

  /** What is to be written down when this bundle is to count. */
  #next(bundle: SignedBundle): { readonly pointer: Pointer; readonly floor: Mark } {
    this.admit(bundle)
    this.stage(bundle)
    const before = this.#enforced()
    const active = { id: bundle.id, revision: bundle.head.revision }
    const previous =
      before === undefined || before.id === bundle.id
        ? (readPointer(this.#dir)?.previous ?? null)
        : { id: before.id, revision: before.head.revision }
    const other = previous?.id === bundle.id ? null : previous
    const floor = this.#floor && this.#floor.revision > active.revision ? this.#floor : active
    return { pointer: { active, previous: other }, floor }
  }

  /** It is written down. */
  #count(bundle: SignedBundle, floor: Mark): void {
    this.#floor = floor
    this.#good = bundle
    this.#staged = undefined
    this.#told.clear()
  }

  lists(): ListsHead | undefined {
    return this.#journal.merged.head()
  }

  saveLists(lists: SignedLists, onTaken: (change: ListsHead) => void = () => {}): void {
    onTaken(this.#journal.merged.take(lists.head))
    onShelf(this.#dir, () => this.#journal.save(lists.head))
  }

  nodes(): ShelvedNodes | undefined {
    const bytes = readWhole(join(this.#dir, 'nodes.json'), nodes_bytes_max)
    if (bytes === undefined) return undefined
    try {
      return NodesFile.safeParse(JSON.parse(bytes.toString('utf8'))).data
    } catch {
      // Damaged: the next one comes with the next line from a policy server.
      return undefined
    }
  }

  saveNodes(nodes: ShelvedNodes): void {
    const text = JSON.stringify(nodes)
    onShelf(this.#dir, () => replaceFile(join(this.#dir, 'nodes.json'), text, 'lazy'))
  }

  /** Ids to try, best first. */
  #candidates(): string[] {
    const pointer = readPointer(this.#dir)
    if (pointer) return [pointer.active.id, ...(pointer.previous ? [pointer.previous.id] : [])]
    // What lies here but was never activated is above the floor, or is another one of the same revision.
    const floor = this.#floor
    return this.#whole()
      .filter(
        ({ id, head }) => floor === undefined || head.revision < floor.revision || id === floor.id,
      )
      .sort((a, b) => b.head.revision - a.head.revision)
      .map(({ id }) => id)
  }

  #whole(): SignedBundle[] {
    return onShelf(this.#dir, () => wholeBundles(this.#dir))
  }

  #read(id: string): Shelved {
    const trust = this.#trust()
    if (trust === undefined) throw bundleFaults.no_trust({ dir: this.#dir })
    const bundle = readBundle(this.#dir, id, trust)
    return { bundle, files: readFiles(this.#dir, bundle) }
  }

  #enforced(): SignedBundle | undefined {
    this.#good ??= this.active()?.bundle
    return this.#good
  }

  /** What must not be pruned: what counts, and what would if that were damaged. */
  #kept(): SignedBundle[] {
    const ids = new Set(this.#candidates())
    return this.#whole().filter((bundle) => ids.has(bundle.id))
  }

  /** What was written since the last activation and so may not be on disk yet. */
  #unsettled(bundle: SignedBundle): string[] {
    const settled = new Set(this.#enforced()?.head.files.map((file) => file.sha256))
    const fresh = new Set(bundle.head.files.map((file) => file.sha256)).difference(settled)
    return [
      ...[...fresh].map((hash) => filePath(this.#dir, hash)),
      bundlePath(this.#dir, bundle.id),
    ]
  }

  #tellOnce(fault: Fault): void {
    if (this.#told.has(fault.message)) return
    this.#told.add(fault.message)
    this.#tell(fault)
  }
}
