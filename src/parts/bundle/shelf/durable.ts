/** How the shelf writes: whole files or none, and what the file system refuses becomes a fault. */
import {
  close,
  closeSync,
  fsync,
  fsyncSync,
  open,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { open as openFile, rename, rm } from 'node:fs/promises'
import { Fault, messageOf } from '#base/fault.ts'
import { bundleFaults } from '../faults.ts'

/** Ends the name of what is still being written; whoever opens the shelf removes such files. */
export const unfinished = '.new'

const no_room: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** Runs what writes to the shelf in `dir`. @throws bundle.shelf_full, bundle.shelf_broken */
export function onShelf<T>(dir: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    throw faultOf(dir, cause)
  }
}

/** The same for work that takes its time. */
export async function meanwhileOnShelf<T>(dir: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw faultOf(dir, cause)
  }
}

function faultOf(dir: string, cause: unknown): unknown {
  if (cause instanceof Fault) return cause
  const code = codeOf(cause)
  if (code === undefined) return cause
  if (no_room.has(code)) return bundleFaults.shelf_full({ dir, why: code }, { cause })
  return bundleFaults.shelf_broken({ dir, why: messageOf(cause) }, { cause })
}

/** Puts a whole file in the place of the old one; a death in between leaves the old one. */
export function replaceFile(path: string, data: string | Uint8Array, sync: 'sync' | 'lazy'): void {
  const fresh = path + unfinished
  try {
    const file = openSync(fresh, 'w', 0o600)
    try {
      writeFileSync(file, data)
      if (sync === 'sync') fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(fresh, path)
  } catch (error) {
    rmSync(fresh, { force: true })
    throw error
  }
}

/** `replaceFile` with 'sync', while the process does other work. */
export async function replaceFileMeanwhile(path: string, data: string): Promise<void> {
  const fresh = path + unfinished
  try {
    {
      await using file = await openFile(fresh, 'w', 0o600)
      await file.writeFile(data)
      await file.sync()
    }
    await rename(fresh, path)
  } catch (error) {
    await rm(fresh, { force: true })
    throw error
  }
}

/** `settle`, while the process does other work. */
export async function settleMeanwhile(path: string): Promise<void> {
  await using file = await openFile(path, 'r')
  await file.sync()
}

/** Forces a file, or the names in a folder, to disk. */
export function settle(path: string): void {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Begins to force a file to disk behind our back, so that `settle` finds little left to do. */
export function settleSoon(path: string): void {
  open(path, 'r', (error, file) => {
    if (error) return
    fsync(file, () => close(file, () => {}))
  })
}

/** Undefined when there is none, when it is longer than `size_bytes_max`, or when it cannot be read. */
export function readWhole(path: string, size_bytes_max: number): Buffer | undefined {
  try {
    if (statSync(path).size > size_bytes_max) return undefined
    return readFileSync(path)
  } catch (error) {
    if (codeOf(error) === undefined) throw error
    return undefined
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined
}
