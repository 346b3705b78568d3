/** Makes files that were written without fsync survive a loss of power. */
import { type FileHandle, open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf } from './outage.ts'

/** A file written this shortly before the newest one may change again without a new time stamp (kernel ticks are 4 ms). */
const tick_ms = 100

/** Forces what changed below `dir` since the last call to disk: files first, then the directories that name them. */
export function diskForcer(dir: string): () => Promise<void> {
  let forced = new Map<string, number>()
  const force = async (path: string, seen: Map<string, number>): Promise<void> => {
    const stats = await stat(path).catch(ignoreMissing)
    if (!stats) return
    if (stats.isDirectory()) {
      for (const name of (await readdir(path).catch(ignoreMissing)) ?? []) {
        await force(join(path, name), seen)
      }
    }
    seen.set(path, stats.mtimeMs)
    if (forced.get(path) === stats.mtimeMs) return
    const handle = await open(path, 'r').catch(ignoreMissing)
    if (handle) await sync(handle)
  }
  return async () => {
    const seen = new Map<string, number>()
    await force(dir, seen)
    const newest = Math.max(...seen.values())
    forced = new Map([...seen].filter(([, mtime_ms]) => mtime_ms < newest - tick_ms))
  }
}

async function sync(handle: FileHandle): Promise<void> {
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function ignoreMissing(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error
}
