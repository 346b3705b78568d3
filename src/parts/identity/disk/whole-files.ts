/** Files that are there whole or not at all, also when the machine loses power half way. Secret ones are 0600 from birth. */
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** Replaces one file: a reader sees the old one or the new one. */
export function replaceFile(path: string, text: string): void {
  const beside = `${path}.new`
  writeThrough(beside, text)
  renameSync(beside, path)
  syncDirectory(dirname(path))
}

/** Makes a directory with these files at once. False when it is there already and not empty: it stays as it is. */
export function placeDirectory(dir: string, files: Readonly<Record<string, string>>): boolean {
  mkdirSync(dirname(dir), { recursive: true, mode: 0o700 })
  const stage = mkdtempSync(`${dir}.new-`)
  try {
    for (const [name, text] of Object.entries(files)) writeThrough(join(stage, name), text)
    syncDirectory(stage)
    renameSync(stage, dir)
  } catch (error) {
    rmSync(stage, { recursive: true, force: true })
    const code = error instanceof Error && 'code' in error ? error.code : ''
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false
    throw error
  }
  syncDirectory(dirname(dir))
  return true
}

/** Removes what a `placeDirectory` that was killed left behind. Only while nobody else places this directory. */
export function sweepStages(dir: string): void {
  const parent = dirname(dir)
  for (const name of entries(parent)) {
    if (name.startsWith(`${basename(dir)}.new-`))
      rmSync(join(parent, name), { recursive: true, force: true })
  }
}

/** Names in a directory; none when there is no such directory. */
export function entries(dir: string): string[] {
  try {
    return readdirSync(dir)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

function writeThrough(path: string, text: string): void {
  const file = openSync(path, 'w', 0o600)
  try {
    fchmodSync(file, 0o600)
    writeFileSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function syncDirectory(dir: string): void {
  const file = openSync(dir, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
