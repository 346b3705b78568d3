/** From settings to what an edge enforces: rules loaded and compiled, and one hash that names the whole. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { resolveRuleset } from '#parts/rulesets/resolve.ts'
import { compileRuleset } from '#parts/waf/ruleset.ts'
import type { EdgePolicy } from '#services/edge/service.ts'
import type { Settings } from './settings.ts'

/** Loads and compiles; throws the rules' faults with file, line and column. */
export function loadPolicy(settings: Settings): EdgePolicy {
  const resolved = resolveRuleset(settings.rules.set, {
    kept_dir: join(settings.state_dir, 'rules'),
    paranoia_level: settings.rules.paranoia_level,
    inbound_threshold: settings.rules.inbound_threshold,
    outbound_threshold: settings.rules.outbound_threshold,
    allowed_methods: settings.rules.allowed_methods,
    allowed_content_types: settings.rules.allowed_content_types,
    files: settings.rules.files,
  })
  const hash = createHash('sha256').update(JSON.stringify([settings.sites, settings.rules]))
  for (const source of resolved.sources) hash.update(source.file).update(source.text, 'latin1')
  const ruleset = compileRuleset(resolved.sources, resolved)
  return {
    sites: settings.sites,
    ruleset,
    bundle: hash.digest('hex').slice(0, 16),
    rule_set: ruleset.signature || settings.rules.set,
  }
}
