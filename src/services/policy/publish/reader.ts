/** Documents read, compared and merged: small ones at once, large ones in the compile thread, so that none stops the office. */
import type { PolicyChange } from '#model/draft.ts'
import { Parts, policyFaults } from '../faults.ts'
import type { Asking, Compiler } from './compiler.ts'
import { diffDocuments } from './diff.ts'
import { readDocument } from './document.ts'
import { type Rebased, rebaseDocument } from './rebase.ts'
import type { Document } from './things.ts'

/** All throw policy.busy and policy.compiler_died too. `asking`: whether a commit waits for it. */
export type Reader = {
  /** Normalised. @throws policy.unfit_document */
  read(document: unknown, asking?: Asking): Promise<Record<string, unknown>>
  /** Both normalised. */
  diff(from: Document, to: Document, asking?: Asking): Promise<readonly PolicyChange[]>
  rebase(base: Document, mine: Document, theirs: Document): Promise<Rebased>
}

/** Values in a document that take some 20 ms to read. */
const values_max = 5_000

export function reader(compiling: Compiler): Reader {
  return {
    async read(document, asking) {
      if (!isLarge([document])) return readDocument(document).document
      const read = await compiling.ask({ kind: 'read', document }, asking)
      if ('document' in read) return read.document
      throw policyFaults.unfit_document({ count: read.count }, { cause: new Parts(read.parts) })
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
