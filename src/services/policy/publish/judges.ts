/** Policies asked about recorded requests; whatever the thread does not know (any more) it is given. */
import type { RecordedRequest } from '#model/replay.ts'
import type { FolderTrust } from '#parts/enforcement/check.ts'
import { contentFiles } from '#parts/records/commits.ts'
import type { Database } from '#parts/records/database.ts'
import { policyFaults } from '../faults.ts'
import type { Compiler } from './compiler.ts'
import { demandGood, refusingUncompiled } from './good.ts'
import type { History } from './history.ts'
import type { Document } from './things.ts'
import type { Outcome, Recipe } from './workbench.ts'

export type Judges = {
  /** Makes the newest commit known; its content, `undefined` before the first. */
  head(): Promise<string | undefined>
  /** Makes a policy known that is not committed. @throws policy.check_failed */
  candidate(document: Document, folder: FolderTrust): Promise<string>
  /** By request, then by recipe. `again` makes the policies of the recipes known. */
  ask(
    recipes: readonly Recipe[],
    requests: readonly RecordedRequest[],
    again: () => Promise<unknown>,
  ): Promise<readonly (readonly Outcome[])[]>
  warm(): Promise<void>
}

/** Slices in which nothing was judged, only policies made ready; each makes one ready at least. */
const misses_max = 40

export function judges(compiling: Compiler, past: History, database: Database): Judges {
  const head = async (): Promise<string | undefined> => {
    const newest = await past.head()
    if (!newest) return undefined
    const files = await contentFiles(database, newest.bundle)
    if (!files) throw policyFaults.files_lost({ revision: newest.bundle.head.revision })
    const { content } = await refusingUncompiled(() => compiling.ask({ kind: 'load', files }))
    return content
  }
  return {
    head,
    async candidate(document, folder) {
      const checked = await compiling.ask({ kind: 'check', document, files: true, folder })
      demandGood(checked)
      return checked.content ?? ''
    },
    async ask(recipes, requests, again) {
      const all: (readonly Outcome[])[] = []
      for (let misses = 0; misses < misses_max; ) {
        // In slices: between two of them others get the thread.
        const rest = requests.slice(all.length)
        const outcomes = await compiling.ask({ kind: 'judge', recipes, requests: rest })
        all.push(...(outcomes ?? []))
        if (outcomes && all.length === requests.length) return all
        if (!outcomes) await again()
        if (!outcomes?.length) misses++
      }
      throw policyFaults.compiler_died({ why: 'too many policies are asked at once' })
    },
    async warm() {
      await head()
    },
  }
}
