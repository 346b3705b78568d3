/**
 * For tests: a policy at work made of sites and a rule set at hand, without files. What the policy
 * decides at the edge (`parts/enforcement`) has tests of its own with real bundles.
 */
import { createHash } from 'node:crypto'
import { Policy } from '#model/policy.ts'
import { blockPage } from '#parts/enforcement/block-pages.ts'
import type { CompiledPolicy, CompiledSite } from '#parts/enforcement/compiled-policy.ts'
import { compileLimit } from '#parts/enforcement/rate-limits.ts'
import { siteTable } from '#parts/enforcement/site-table.ts'
import type { Ruleset } from '#parts/waf/ruleset.ts'
import type { NamedPolicy } from './enforcement.ts'

/** `document`: as a settings file would have it. */
export function policyOf(document: Record<string, unknown>, ruleset: Ruleset): NamedPolicy {
  const policy = Policy.parse(document)
  const limits = policy.rate_limits.map((limit) => ({ limit, compiled: compileLimit(limit) }))
  const sites = policy.sites.map((site): CompiledSite => {
    const page = policy.block_pages.find(({ name }) => name === site.block_page)
    const masks = policy.masks.filter((mask) => mask.site === '' || mask.site === site.name)
    return {
      site,
      begin({ is_gray, ...start }) {
        if (site.mode === 'off') return undefined
        const is_on = site.mode === 'block' || (site.mode === 'safe_blocking' && is_gray === true)
        return ruleset.begin({ ...start, rule_engine: is_on ? 'On' : 'DetectionOnly' })
      },
      limits: () => limits.map(({ compiled }) => compiled),
      block_page: page === undefined ? undefined : blockPage(page.name, page.html),
      isMasked: (name) => masks.some((mask) => mask.name.toLowerCase() === name.toLowerCase()),
    }
  })
  const table = siteTable(sites.map((value) => ({ claim: value.site, value })))
  const compiled: CompiledPolicy = {
    policy,
    ruleset,
    rule_set: 'test',
    rules: ruleset.rule_count,
    warnings: [],
    notes: [],
    // Of files that are not there: nothing is compiled after it.
    made_of: undefined as unknown as CompiledPolicy['made_of'],
    sites,
    find: (host, path) => table.find(host, path),
  }
  const bundle = createHash('sha256').update(JSON.stringify(document)).digest('hex').slice(0, 8)
  return { compiled, bundle: `0-${bundle}` }
}
