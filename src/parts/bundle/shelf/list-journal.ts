/**
 * Live lists on disk: `lists.log`, one head a line behind the hash of the line, first a full one (or its parts), then
 * changes, so that a ban costs one short write however long the lists are. A torn or damaged line ends what counts; the policy
 * server sends again what is missing.
 */
import { appendFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SignedLists } from '#model/cluster.ts'
import { isFull, isNextPart, type ListsHead, type MergedLists, mergedLists } from '../lists.ts'
import { sha256 } from '../signing.ts'
import { readWhole, replaceFile, unfinished } from './durable.ts'

/** Longer than a million entries with long reasons; beyond, the lists are fetched anew. */
const journal_bytes_max = 400 * 1024 ** 2
/** Changes may grow to this, or to the length of the full head, before all is written anew. */
const changes_bytes_min = 1024 ** 2

export type ListJournal = {
  readonly merged: MergedLists
  /** What stands on disk is all that holds. */
  readonly is_kept: boolean
  /** Writes what `merged` has just taken. Throws what the file system throws. */
  save(head: ListsHead): void
}

/** Reads what lies in `dir`. */
export function openListJournal(dir: string): ListJournal {
  const path = join(dir, 'lists.log')
  const { merged, full_bytes, changes_bytes, can_append: is_good } = read(path)
  let size = { full_bytes, changes_bytes }
  /** What stands on disk fits what is merged: a change may be added to it. */
  let can_append = is_good
  /** Parts of a full state stand beside the journal until all have come; it is of no use after a write that failed. */
  let coming: { readonly revision: number; size_bytes: number; is_good: boolean } | undefined

  const rewrite = (): void => {
    const head = merged.head()
    if (head === undefined) return
    const line = lineOf(head)
    replaceFile(path, line, 'lazy')
    size = { full_bytes: Buffer.byteLength(line), changes_bytes: 0 }
  }

  const append = (head: ListsHead): void => {
    const line = lineOf(head)
    appendFileSync(path, line, { mode: 0o600 })
    size.changes_bytes += Buffer.byteLength(line)
  }

  /** So that lists of any length are never one long text. */
  const savePart = (head: ListsHead, parts: NonNullable<typeof coming>): void => {
    if (!parts.is_good) {
      // Told already; with the last part all is written at once.
      if (head.more) return
      coming = undefined
      rewrite()
      return
    }
    parts.is_good = false
    const line = lineOf(head)
    writeFileSync(path + unfinished, line, { mode: 0o600, flag: isFull(head) ? 'w' : 'a' })
    parts.size_bytes += Buffer.byteLength(line)
    parts.is_good = true
    if (head.more) return
    coming = undefined
    renameSync(path + unfinished, path)
    size = { full_bytes: parts.size_bytes, changes_bytes: 0 }
  }

  return {
    merged,
    get is_kept() {
      return can_append && coming === undefined
    },
    save(head) {
      if (!isNextPart(head, coming?.revision))
        coming = head.more ? { revision: head.revision, size_bytes: 0, is_good: true } : undefined
      const is_long = size.changes_bytes > Math.max(changes_bytes_min, size.full_bytes)
      const may_append = can_append && !isFull(head) && !is_long
      const could_append = can_append
      // Until the write came through: what it left may be half a line.
      can_append = false
      if (coming !== undefined) savePart(head, coming)
      else if (may_append) append(head)
      else rewrite()
      // The journal itself is untouched before the last part.
      can_append = head.more ? could_append : true
    },
  }
}

/** What lies in `dir`, for a process that does not own it. */
export function readListJournal(dir: string): ListsHead | undefined {
  return read(join(dir, 'lists.log')).merged.head()
}

function lineOf(head: ListsHead): string {
  const text = JSON.stringify(head)
  return `${sha256(text)} ${text}\n`
}

function read(path: string) {
  const bytes = readWhole(path, journal_bytes_max) ?? Buffer.alloc(0)
  const merged = mergedLists()
  let full_bytes = 0
  let good = 0
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(10, start)
    if (end === -1 || !takeLine(bytes.subarray(start, end), merged)) break
    start = end + 1
    good = start
    if (merged.is_whole) full_bytes ||= start
  }
  return {
    merged,
    full_bytes,
    changes_bytes: good - full_bytes,
    can_append: good === bytes.length && good > 0 && merged.is_whole,
  }
}

/** False when the line is not what was written or does not follow from the one before. */
function takeLine(line: Buffer, merged: MergedLists): boolean {
  const text = line.subarray(65)
  if (line.subarray(0, 64).toString('latin1') !== sha256(text)) return false
  try {
    const head = SignedLists.shape.head.safeParse(JSON.parse(text.toString('utf8')))
    if (!head.success) return false
    merged.take(head.data)
    return true
  } catch {
    return false
  }
}
