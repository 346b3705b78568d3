/** Documents read, compared and merged: small ones at once, large ones in the compile thread, so that none stops the office. */
import type { CheckResult, PolicyChange } from '#model/draft.ts'
import type { FolderTrust } from '#parts/enforcement/check.ts'
import { Parts, policyFaults } from '../faults.ts'
import type { Asking, Compiler } from './compiler.ts'
import { diffDocuments } from './diff.ts'
import { demandBounds, readDocument } from './document.ts'
import { type Rebased, rebaseDocument } from './rebase.ts'
import type { Document } from './things.ts'

/** All throw policy.busy and policy.compiler_died too. `asking`: whether a commit waits for it. */
export type Reader = {
  /** Normalised. @throws policy.unfit_document */
  read(document: unknown, asking?: Asking): Promise<Record<string, unknown>>
  /** Both normalised. */
  diff(from: Document, to: Document, asking?: Asking): Promise<readonly PolicyChange[]>
  /** With one that may not fit: what its check says, and what would change. @throws policy.unfit_document */
  compare(
    from: Document,
    document: unknown,
    folder: FolderTrust,
  ): Promise<{ readonly check: CheckResult; readonly changes: readonly PolicyChange[] }>
  rebase(base: Document, mine: Document, theirs: Document): Promise<Rebased>
}

/** Values in a document that take some 20 ms to read. */
const values_max = 5_000

export function reader(compiling: Compiler): Reader {
  return {
    async read(document, asking) {
      demandBounds(document)
      if (!isLarge([document])) return readDocument(document).document
      const read = await compiling.ask({ kind: 'read', document }, asking)
      if ('document' in read) return read.document
      throw unfit(read)
    },
    async compare(from, document, folder) {
      demandBounds(document)
      const compared = await compiling.ask({ kind: 'compare', from, document, folder })
      if ('parts' in compared) throw unfit(compared)
      return { check: compared.result, changes: compared.changes }
    },
    async diff(from, to, asking) {
      if (from === to) return []
      if (!isLarge([from, to])) return diffDocuments(from, to)
      return compiling.ask({ kind: 'diff', from, to }, asking)
    },
    async rebase(base, mine, theirs) {
      if (!isLarge([base, mine, theirs])) return rebaseDocument(base, mine, theirs)
      return compiling.ask({ kind: 'rebase', base, mine, theirs })
    },
  }
}

function unfit({ count, parts }: { readonly count: number; readonly parts: Parts['parts'] }) {
  return policyFaults.unfit_document({ count }, { cause: new Parts(parts) })
}

/** Counts no further than it has to. */
export function isLarge(documents: readonly unknown[]): boolean {
  const open = [...documents]
  for (let seen = 0; open.length > 0; seen++) {
    if (seen + open.length > values_max) return true
    const value = open.pop()
    if (typeof value !== 'object' || value === null) continue
    if (Array.isArray(value) && value.length > values_max) return true
    for (const one of Object.values(value)) open.push(one)
  }
  return false
}
