/**
 * ★ A policy made ready to be enforced: what a node makes of the files of a bundle. Synchronous; what did not change since the
 * policy before is taken over from it, warm as it is.
 */
import type { Policy } from '#model/policy.ts'
import type { Site } from '#model/site.ts'
import type { Ruleset } from '#parts/waf/ruleset.ts'
import type { Transaction, TransactionStart } from '#parts/waf/transaction.ts'
import type { BlockPageTemplate } from './block-pages.ts'
import type { CompiledLimit } from './rate-limits.ts'
import type { BundleFiles } from './rule-files.ts'

export type SiteStart = Omit<TransactionStart, 'rule_engine' | 'variables' | 'exclusions'> & {
  /** The client stands on a gray list: under `safe_blocking` its attacks are refused. */
  readonly is_gray?: boolean
}

export type CompiledSite = {
  readonly site: Site
  /** The transaction of a request to this site; undefined when it is not inspected. `path`: the request's, in origin form. */
  begin(start: SiteStart, path: string): Transaction | undefined
  /** Rate limits that apply, those of profiles included. */
  limits(method: string, path: string): readonly CompiledLimit[]
  readonly block_page: BlockPageTemplate | undefined
  /** Whether the policy masks the values of this parameter, header or JSON key. */
  isMasked(name: string): boolean
}

export type CompiledPolicy = {
  readonly policy: Policy
  readonly ruleset: Ruleset
  /** `OWASP_CRS/3.3.7` */
  readonly rule_set: string
  /** How many rules. */
  readonly rules: number
  readonly warnings: readonly string[]
  readonly sites: readonly CompiledSite[]
  /** The site of a request; 'host' or 'path' when nobody serves it. */
  find(host: string, path: string): CompiledSite | 'host' | 'path'
}

/** Compiles a policy. Throws `enforcement.*`, `waf.*` and `seclang.*` faults. */
export declare function compilePolicy(files: BundleFiles, previous?: CompiledPolicy): CompiledPolicy
