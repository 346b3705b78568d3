/** From the rule files of a bundle to its rule set. */
import type { OwnRules, Policy } from '#model/policy.ts'
import type { BundleFiles } from '#parts/bundle/bundle.ts'
import { type RuleSource, type Ruleset, rulesetSteps } from '#parts/waf/ruleset.ts'
import { enforcementFaults } from '../faults.ts'
import type { Profile } from '../profiles.ts'
import { fileOf, jsonOf, RuleFiles } from '../rule-files.ts'

/** Everything that a rule set is made of. */
export type RuleInputs = {
  readonly rules_json: Uint8Array
  readonly rule_files: RuleFiles
  readonly profiles: readonly Profile[]
  /** By path in the bundle; those that `rules.json` names. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** The same as text, as far as it was read: what did not change is taken over, not decoded again. */
  readonly texts: Map<string, string>
  readonly own_rules: readonly OwnRules[]
}

/** What the rule set is made of: `before` itself when nothing of it changed. Throws `enforcement.*`. */
export function ruleInputs(
  files: BundleFiles,
  policy: Policy,
  before: RuleInputs | undefined,
): RuleInputs {
  const rules_json = fileOf(files, 'rules.json')
  const isListed = before !== undefined && Buffer.compare(rules_json, before.rules_json) === 0
  const rule_files = isListed ? before.rule_files : jsonOf(files, 'rules.json', RuleFiles)
  const named = new Map<string, Uint8Array>()
  const { sources, includes, data } = rule_files
  for (const { path } of [...sources, ...includes.flatMap((one) => one.files), ...data]) {
    named.set(path, fileOf(files, path))
  }
  const { own_rules } = policy
  const { profiles } = rule_files
  const texts = new Map<string, string>()
  const made = { rules_json, rule_files, profiles, files: named, texts, own_rules }
  const isSame = isListed && sameOwn(own_rules, before.own_rules) && sameFiles(named, before.files)
  if (isSame) return before
  for (const [path, bytes] of named) {
    const text = before?.texts.get(path)
    if (text !== undefined && isSameFile(bytes, before?.files.get(path))) texts.set(path, text)
  }
  return made
}

function isSameFile(bytes: Uint8Array, before: Uint8Array | undefined): boolean {
  return before === bytes || (before !== undefined && Buffer.compare(before, bytes) === 0)
}

function sameFiles(
  files: ReadonlyMap<string, Uint8Array>,
  before: ReadonlyMap<string, Uint8Array>,
): boolean {
  for (const [path, bytes] of files) {
    if (!isSameFile(bytes, before.get(path))) return false
  }
  return true
}

/** Their tests do not count. */
function sameOwn(own: readonly OwnRules[], before: readonly OwnRules[]): boolean {
  if (own === before) return true
  const facts = (rules: readonly OwnRules[]) =>
    JSON.stringify(rules.map(({ name, text, data }) => [name, text, data]))
  return facts(own) === facts(before)
}

/** Compiles; what `previous` has in common is taken over. Throws `waf.*`, `seclang.*` and enforcement.own_include. */
export function* compileRules(
  inputs: RuleInputs,
  previous: Ruleset | undefined,
): Generator<void, Ruleset> {
  const { rule_files, files, texts, own_rules } = inputs
  const textOf = (path: string): string => {
    const text = texts.get(path) ?? latin1(fileOf(files, path))
    texts.set(path, text)
    return text
  }
  const sourceOf = ({ file, path }: RuleFiles['sources'][number]): RuleSource => ({
    file,
    text: textOf(path),
  })
  const own = new Map(own_rules.map((rules) => [ownFile(rules.name), rules]))
  const key = (from_file: string, name: string) => `${from_file}\n${name}`
  const data = new Map(rule_files.data.map((one) => [key(one.from_file, one.name), one.path]))
  const includes = new Map(
    rule_files.includes.map((one) => [key(one.from_file, one.pattern), one.files]),
  )
  const sources = [
    ...rule_files.sources.map(sourceOf),
    ...own_rules.map(({ name, text }) => ({ file: ownFile(name), text: bytesOf(text) })),
  ]
  return yield* rulesetSteps(
    sources,
    {
      read_data(name, from_file) {
        const rules = own.get(from_file)
        if (rules !== undefined) {
          const text = Object.hasOwn(rules.data, name) ? rules.data[name] : undefined
          return text === undefined ? undefined : bytesOf(text)
        }
        const path = data.get(key(from_file, name))
        return path === undefined ? undefined : textOf(path)
      },
      include(pattern, from_file) {
        if (own.has(from_file)) throw enforcementFaults.own_include({ file: from_file, pattern })
        return (includes.get(key(from_file, pattern)) ?? []).map(sourceOf)
      },
    },
    previous,
  )
}

/** How messages name rules of one's own. */
export function ownFile(name: string): string {
  return `own/${name}.conf`
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

/** A text as the engine reads it: one character a byte. */
function bytesOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}
