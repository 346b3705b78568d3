/** Exceptions that leave hardly anything: allowed, since somebody may mean it, and told. */
import type { CompiledPolicy, PolicyNote } from '../compiled-policy.ts'

/** More are not looked for: who has so many of them has been told. */
const told_max = 100

export function wideExceptions({ policy, ruleset }: CompiledPolicy): PolicyNote[] {
  const notes: PolicyNote[] = []
  const { prepare, detections } = ruleset.exclusions
  // Thousands of exceptions name the same few rules and tags.
  const known = new Map<string, number>()
  const countOf = (rule_ids: readonly number[], tags: readonly string[]): number => {
    const key = `${rule_ids.join(' ')}|${tags.join(' ')}`
    const before = known.get(key)
    if (before !== undefined) return before
    const { rules } = prepare({ rule_ids, tags, target: '' })
    const count = rules === 'all' ? detections : new Set(rules).size
    known.set(key, count)
    return count
  }
  for (const [at, { name, site, path, parameter, rules, tags }] of policy.exceptions.entries()) {
    if (notes.length >= told_max) break
    const is_all = rules.length === 0 && tags.length === 0
    // One parameter by its name, or a collection on some path, is what exceptions are for.
    if (parameter.includes(':') || (parameter !== '' && path !== '/*')) continue
    const count = is_all ? detections : countOf(rules, tags)
    if (count * 2 < detections || detections === 0) continue
    const where = `${path === '/*' ? 'on every path' : `on ${path}`}${site === '' ? ' of all sites' : ` of ${site}`}`
    const what =
      parameter === ''
        ? `turns ${count} of ${detections} rules off ${where}`
        : `lets ${count} of ${detections} rules not look at any of ${parameter} ${where}`
    notes.push({ path: `exceptions.${at}`, message: `"${name}" ${what}` })
  }
  return notes
}
