/** What the settings file says of the policy, and the policy that it makes without any commit. */
import { readFileSync } from 'node:fs'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { messageOf } from '#base/fault.ts'
import { bundleName } from '#model/bundle.ts'
import { type OwnRules, Policy, type PolicyDocument, type RuleChoice } from '#model/policy.ts'
import type { Site } from '#model/site.ts'
import type { BundleFiles } from '#parts/bundle/bundle.ts'
import { readActive } from '#parts/bundle/shelf.ts'
import { type CompiledPolicy, compilePolicy } from '#parts/enforcement/compiled-policy.ts'
import { gatherBundle } from '#parts/enforcement/gather.ts'
import { parseRules } from '#parts/seclang/parse.ts'
import { fileOperators, filesNamed } from '#parts/waf/operators.ts'
import { cliFaults } from './faults.ts'
import type { Settings } from './settings.ts'

/** The parts of a policy that a settings file can say, in written form; other parts stay as they were committed. */
export type FilePolicy = Pick<PolicyDocument, 'rules' | 'sites' | 'own_rules'>

/**
 * `sites:` and `rules:` of the settings. Files of one's own rules come along with the data that they
 * name; without any the committed ones stay. A file that names no site says nothing of sites, and one
 * that leaves rules at their defaults besides says nothing at all. @throws cli.rule_file
 */
export function filePolicy(settings: Pick<Settings, 'rules' | 'sites'>): FilePolicy {
  const { rules, sites, own_rules } = Policy.encode(policyOf(settings))
  const has_files = settings.rules.files.length > 0
  const has_sites = settings.sites.length > 0
  const is_silent = !has_sites && !has_files && isDeepStrictEqual(rules, defaultRules())
  if (is_silent) return {}
  return { rules, ...(has_sites && { sites }), ...(has_files && { own_rules }) }
}

function defaultRules(): unknown {
  return Policy.encode(Policy.parse({})).rules
}

/** A policy made of the settings alone. @throws cli.rule_file, rulesets.*, seclang.* */
export function gatherSettings(settings: Settings): BundleFiles {
  const policy = policyOf(settings)
  const kept_dir = join(settings.state_dir, 'rules')
  return gatherBundle(policy, Policy.encode(policy), { kept_dir })
}

/** The same, compiled: throws the rules' faults with file, line and column. */
export function loadPolicy(settings: Settings): CompiledPolicy {
  return compilePolicy(gatherSettings(settings))
}

/** The policy that counts on this machine: of the newest bundle on the shelf, else of the settings; `bundle` is '' then. */
export function policyInForce(settings: Settings): {
  readonly compiled: CompiledPolicy
  readonly bundle: string
} {
  const shelved = readActive(join(settings.state_dir, 'shelf'))
  return shelved === undefined
    ? { compiled: loadPolicy(settings), bundle: '' }
    : { compiled: compilePolicy(shelved.files), bundle: bundleName(shelved.bundle) }
}

/** The sites that count on this machine, without the cost of compiling their rules. */
export function sitesInForce(settings: Settings): readonly Site[] {
  const text = readActive(join(settings.state_dir, 'shelf'))?.files.get('policy.json')
  if (text === undefined) return settings.sites
  return Policy.parse(JSON.parse(Buffer.from(text).toString('utf8'))).sites
}

function policyOf(settings: { rules: Settings['rules']; sites: readonly Site[] }): Policy {
  const { files, ...rules } = settings.rules
  const choice: RuleChoice = rules
  return {
    ...Policy.parse({}),
    rules: choice,
    sites: [...settings.sites],
    own_rules: ownRules(files),
  }
}

function ownRules(files: readonly string[]): OwnRules[] {
  const taken = new Set<string>()
  return files.map((file) => {
    const text = readText(file)
    const plain = nameOf(file)
    let name = plain
    for (let i = 2; taken.has(name); i++) name = `${plain}-${i}`
    taken.add(name)
    return { name, text, data: dataOf(file, text), tests: [] }
  })
}

/** `/etc/gatehouse/My Rules.conf` → `my-rules`. */
function nameOf(file: string): string {
  const plain = basename(file).replace(/\.conf$/i, '')
  const name = plain.toLowerCase().replaceAll(/[^a-z0-9_.-]+/g, '-')
  return name.replace(/^[^a-z0-9]+/, '').slice(0, 60) || 'rules'
}

/** The data files beside it that its rules name; one that is not there is told by the compiler, with its place. */
function dataOf(file: string, text: string): Record<string, string> {
  const source = { file, text: Buffer.from(text, 'utf8').toString('latin1') }
  const operators = new Set(fileOperators.map((name) => name.toLowerCase()))
  const names = parseRules(source, { include: () => [] }).flatMap((node) =>
    node.kind === 'rule' && operators.has(node.operator.name.toLowerCase())
      ? filesNamed(node.operator.argument)
      : [],
  )
  const folder = dirname(resolve(file))
  const data: Record<string, string> = {}
  for (const name of new Set(names)) {
    const path = join(folder, name)
    if (!path.startsWith(folder + sep)) continue
    try {
      data[name] = readFileSync(path, 'utf8')
    } catch {
      // Told by the compiler.
    }
  }
  return data
}

function readText(file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file))
  } catch (cause) {
    throw cliFaults.rule_file({ file, why: messageOf(cause) }, { cause })
  }
}
