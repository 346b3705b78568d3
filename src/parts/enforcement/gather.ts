/** On the policy server: a policy and everything on disk that it means become the files of a bundle. */
import type { Policy, PolicyDocument } from '#model/policy.ts'
import { type BundleFiles, bundle_bytes_max } from '#parts/bundle/bundle.ts'
import { canonicalJson } from '#parts/bundle/canonical.ts'
import { type ResolvedRuleset, ruleSetFiles } from '#parts/rulesets/resolve.ts'
import { parseRules, type RuleSource } from '#parts/seclang/parse.ts'
import type { DirectiveNode } from '#parts/seclang/tree.ts'
import { fileOperators, filesNamed } from '#parts/waf/operators.ts'
import { enforcementFaults } from './faults.ts'
import { Profile, profileData } from './profiles.ts'
import type { RuleFiles } from './rule-files.ts'

/**
 * Everything a node needs: the policy, the base rules, the rule set with what it includes and reads, the profiles in use.
 * `document` is the policy in written form, all defaults spelled out. The same policy and rule set give the same bytes.
 * Throws `rulesets.*`, `seclang.*` and enforcement.too_large.
 */
export function gatherBundle(
  policy: Policy,
  document: PolicyDocument,
  options: { readonly kept_dir: string },
): BundleFiles {
  const files = new Map<string, Uint8Array>()
  files.set('policy.json', bytesOf(document))
  files.set('rules.json', bytesOf(gatherRules(policy, options.kept_dir, files)))
  let size_bytes = 0
  for (const bytes of files.values()) size_bytes += bytes.length
  if (size_bytes > bundle_bytes_max) {
    throw enforcementFaults.too_large({ size_bytes, size_bytes_max: bundle_bytes_max })
  }
  return files
}

function bytesOf(value: unknown): Uint8Array {
  return Buffer.from(canonicalJson(value), 'utf8')
}

function gatherRules(policy: Policy, keptDir: string, files: Map<string, Uint8Array>): RuleFiles {
  const set = ruleSetFiles(policy.rules.set, keptDir)
  const shown = displayNames(set.sources, keptDir)
  const packed = new Map<string, string>()
  const counts = { rules: 0, data: 0 }
  /** A file of the same name and text is packed once. */
  const put = (folder: 'rules' | 'data', file: string, text: string): string => {
    const key = `${folder} ${file} ${text}`
    const known = packed.get(key)
    if (known !== undefined) return known
    const number = String(++counts[folder]).padStart(4, '0')
    const path = folder === 'rules' ? `rules/${number}.conf` : `data/${number}`
    files.set(path, Buffer.from(text, 'latin1'))
    packed.set(key, path)
    return path
  }
  const source = ({ file, text }: RuleSource) => ({
    file: shown(file),
    path: put('rules', file, text),
  })
  const made = { includes: [] as RuleFiles['includes'], data: [] as RuleFiles['data'] }
  const sources = set.sources.map(source)
  const include = (pattern: string, from_file: string): readonly RuleSource[] => {
    const found = set.include(pattern, from_file)
    made.includes.push({ from_file: shown(from_file), pattern, files: found.map(source) })
    return found
  }
  const seen = new Set<string>()
  for (const one of set.sources) {
    // Most files name none, and reading them takes most of the time.
    if (!namesFiles.test(one.text)) continue
    for (const { from_file, name } of dataNames(parseRules(one, { include }))) {
      if (seen.has(`${from_file} ${name}`)) continue
      seen.add(`${from_file} ${name}`)
      const text = set.read_data(name, from_file)
      // What is missing is told by the compiler, with its place.
      if (text === undefined) continue
      made.data.push({ from_file: shown(from_file), name, path: put('data', name, text) })
    }
  }
  const names = new Set(policy.sites.flatMap((site) => site.profiles))
  const profiles = [...names].sort().map((name) => Profile.parse(profileData[name]))
  return { format: 1, sources, ...made, profiles }
}

const namesFiles = /fromfile|@pmf|@ipmatchf|^[ \t]*include/im

/** The data files that rules name. */
function dataNames(nodes: readonly DirectiveNode[]) {
  const operators = new Set(fileOperators.map((name) => name.toLowerCase()))
  return nodes.flatMap((node) => {
    if (node.kind !== 'rule' || !operators.has(node.operator.name.toLowerCase())) return []
    const from_file = node.place.file
    return filesNamed(node.operator.argument).map((name) => ({ from_file, name }))
  })
}

/**
 * How messages name a file: what is kept and what is ours without the folder of this machine, so that all policy servers gather
 * the same.
 */
function displayNames(sources: ResolvedRuleset['sources'], keptDir: string) {
  const base = sources[0]?.file
  return (file: string): string => {
    if (file === base) return 'gatehouse/base.conf'
    return keptDir !== '' && file.startsWith(`${keptDir}/`) ? file.slice(keptDir.length + 1) : file
  }
}
