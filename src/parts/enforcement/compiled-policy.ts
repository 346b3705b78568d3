/**
 * ★ A policy made ready to be enforced: what a node makes of the files of a bundle. Synchronous; what did not change since the
 * policy before is taken over from it, warm as it is.
 */
import type { Clock } from '#base/clock.ts'
import type { Policy } from '#model/policy.ts'
import type { Site } from '#model/site.ts'
import type { BundleFiles } from '#parts/bundle/bundle.ts'
import type { Ruleset } from '#parts/waf/ruleset.ts'
import type { Transaction, TransactionStart } from '#parts/waf/transaction.ts'
import { type BlockPageTemplate, blockPage } from './block-pages.ts'
import { readPolicy } from './compile/policy.ts'
import { compileRules, type RuleInputs, ruleInputs } from './compile/rules.ts'
import { compileSite, preparedExceptions } from './compile/sites.ts'
import type { CompiledLimit } from './rate-limits.ts'
import { fileOf } from './rule-files.ts'
import { siteTable } from './site-table.ts'

export type SiteStart = Omit<TransactionStart, 'rule_engine' | 'variables' | 'exclusions'> & {
  /** The client stands on a gray list: under `safe_blocking` its attacks are refused. */
  readonly is_gray?: boolean
}

export type CompiledSite = {
  readonly site: Site
  /**
   * The transaction of a request to this site, with its mode, paranoia level, thresholds and exceptions; undefined when it is
   * not inspected. `path`: the request's target in origin form; it is read as the upstream will.
   */
  begin(start: SiteStart, path: string): Transaction | undefined
  /** Rate limits that apply, those of profiles included. */
  limits(method: string, path: string): readonly CompiledLimit[]
  readonly block_page: BlockPageTemplate | undefined
  /** Whether the policy masks the values of this parameter, header or JSON key. */
  isMasked(name: string): boolean
}

/** Something doubtful: `exceptions.3`. */
export type PolicyNote = { readonly path: string; readonly message: string }

export type CompiledPolicy = {
  readonly policy: Policy
  readonly ruleset: Ruleset
  /** `OWASP_CRS/3.3.7` */
  readonly rule_set: string
  /** How many rules. */
  readonly rules: number
  readonly warnings: readonly string[]
  readonly notes: readonly PolicyNote[]
  readonly sites: readonly CompiledSite[]
  /** The site of a request; 'host' or 'path' when nobody serves it. */
  find(host: string, path: string): CompiledSite | 'host' | 'path'
  /** For the policy that follows. */
  readonly made_of: { readonly policy_json: Uint8Array; readonly rules: RuleInputs }
}

/** Compiles a policy. Throws `enforcement.*`, `waf.*` and `seclang.*` faults. */
export function compilePolicy(files: BundleFiles, previous?: CompiledPolicy): CompiledPolicy {
  const steps = policySteps(files, previous)
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

/** Time that is taken at once. A step that has begun is ended, so a slice may be a few milliseconds longer. */
const slice_ms = 4

/** The same for a process that has requests to answer meanwhile: it never keeps them waiting for more than some 8 ms. */
export async function compilePolicyInSlices(
  files: BundleFiles,
  previous: CompiledPolicy | undefined,
  clock: Pick<Clock, 'elapsed' | 'sleep'>,
): Promise<CompiledPolicy> {
  const steps = policySteps(files, previous)
  let started = clock.elapsed()
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    if (clock.elapsed() - started < slice_ms) continue
    await clock.sleep(0)
    started = clock.elapsed()
  }
}

function* policySteps(
  files: BundleFiles,
  previous: CompiledPolicy | undefined,
): Generator<void, CompiledPolicy> {
  const policy_json = fileOf(files, 'policy.json')
  const before = previous?.made_of
  const policy =
    previous !== undefined && isSame(policy_json, before?.policy_json)
      ? previous.policy
      : yield* readPolicy(files)
  yield
  const rules = ruleInputs(files, policy, before?.rules)
  yield
  const ruleset =
    previous !== undefined && rules === before?.rules
      ? previous.ruleset
      : yield* compileRules(rules, previous?.ruleset)
  const { profiles } = rules
  const { exceptions, notes } = yield* preparedExceptions(policy, profiles, ruleset)
  yield
  const pages = new Map(policy.block_pages.map(({ name, html }) => [name, blockPage(name, html)]))
  const materials = { ruleset, exceptions, pages, profiles }
  const sites = policy.sites.map((site) => compileSite(site, policy, materials))
  const table = siteTable(sites.map((value) => ({ claim: value.site, value })))
  return {
    policy,
    ruleset,
    rule_set: ruleset.signature || policy.rules.set,
    rules: ruleset.rule_count,
    warnings: [...ruleset.warnings, ...notes.map(({ path, message }) => `${path}: ${message}`)],
    notes,
    sites,
    find: (host, path) => table.find(host, path),
    made_of: { policy_json, rules },
  }
}

function isSame(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return b !== undefined && Buffer.compare(a, b) === 0
}
