/** From the name of a rule set in the settings to all rule files an edge loads, in order. */
import { existsSync, globSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve, sep } from 'node:path'
import type { RuleSource } from '#parts/seclang/parse.ts'
import { rulesetFaults } from './faults.ts'
import { folderFiles, packageFiles, type RulesetFiles } from './layout.ts'

export type RulesetChoice = {
  /** Where `addRuleset` keeps rule sets, one folder each. */
  readonly kept_dir: string
  /** 1 to 4. */
  readonly paranoia_level: number
  /** Scores from which on requests and responses are blocked. */
  readonly inbound_threshold: number
  readonly outbound_threshold: number
  /** Replace the rule set's own lists when not empty: `GET`, `application/json`. */
  readonly allowed_methods?: readonly string[]
  readonly allowed_content_types?: readonly string[]
  /** The operator's own rule files, read last. */
  readonly files: readonly string[]
}

export type ResolvedRuleset = {
  readonly sources: readonly RuleSource[]
  /** Data files beside rule files; no path leaves the folders of the rule set and of the operator's files. */
  readonly read_data: (path: string, from_file: string) => string | undefined
  /** Files that an Include in one of the sources means, within the same folders. */
  readonly include: (pattern: string, from_file: string) => readonly RuleSource[]
}

const baseFile = join(import.meta.dirname, '../../../packaging/rules/base.conf')

/**
 * Resolves 'package' (the distribution's CRS), a folder laid out as CRS releases are, or the name of a kept rule set.
 * First come our base rules and the settings, then the rule set's setup and rules, then the operator's files.
 * Throws `rulesets.*` faults.
 */
export function resolveRuleset(name: string, choice: RulesetChoice): ResolvedRuleset {
  const set = filesOf(name, choice.kept_dir)
  const own = choice.files.map((file) => dirname(resolve(file)))
  for (const path of choice.files) {
    if (!existsSync(path)) throw rulesetFaults.file_missing({ path })
  }
  const sources = [
    readSource(baseFile),
    { file: 'settings', text: settingsText(choice) },
    ...set.files.map(readSource),
    ...choice.files.map(readSource),
  ]
  return resolved(sources, [...set.roots, ...own])
}

/** The base rules and a rule set alone, without any settings. Throws `rulesets.*` faults. */
export function ruleSetFiles(name: string, keptDir: string): ResolvedRuleset {
  const set = filesOf(name, keptDir)
  return resolved([readSource(baseFile), ...set.files.map(readSource)], set.roots)
}

function resolved(sources: readonly RuleSource[], folders: readonly string[]): ResolvedRuleset {
  const roots = folders.map((root) => realpathSync(root))
  return {
    sources,
    read_data(path, from_file) {
      const file = within(roots, resolve(dirname(from_file), path))
      return file === undefined ? undefined : readFileSync(file, 'latin1')
    },
    include(pattern, from_file) {
      const absolute = isAbsolute(pattern) ? pattern : join(dirname(from_file), pattern)
      return globSync(absolute)
        .sort()
        .flatMap((found) => {
          const file = within(roots, found)
          return file === undefined ? [] : [readSource(file)]
        })
    },
  }
}

/** The names of the rule sets that `addRuleset` keeps. */
export function keptRulesets(keptDir: string): readonly string[] {
  if (!existsSync(keptDir)) return []
  return readdirSync(keptDir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => entry.name)
    .sort()
}

function filesOf(name: string, keptDir: string): RulesetFiles {
  if (name === 'package') return packageFiles()
  const kept = keptRulesets(keptDir)
  if (kept.includes(name)) return folderFiles(join(keptDir, name))
  if (existsSync(name)) return folderFiles(resolve(name))
  throw rulesetFaults.not_found({ name, kept: kept.join(', ') || 'none is kept' })
}

/** The real path of a file when it lies in one of the folders; links that lead out do not count. */
function within(roots: readonly string[], path: string): string | undefined {
  if (!existsSync(path)) return undefined
  const file = realpathSync(path)
  return roots.some((root) => file.startsWith(root + sep)) ? file : undefined
}

function readSource(file: string): RuleSource {
  return { file, text: readFileSync(file, 'latin1') }
}

/** Paranoia level and thresholds by the names of CRS 3 and 4; a setup file that sets them itself comes later and wins. */
function settingsText(choice: RulesetChoice): string {
  const { paranoia_level, inbound_threshold, outbound_threshold } = choice
  const variables = {
    paranoia_level,
    blocking_paranoia_level: paranoia_level,
    inbound_anomaly_score_threshold: inbound_threshold,
    outbound_anomaly_score_threshold: outbound_threshold,
  }
  const actions = Object.entries(variables).map(([name, value]) => `setvar:tx.${name}=${value}`)
  const { allowed_methods = [], allowed_content_types = [] } = choice
  // By the names and in the notation of CRS: words between spaces, types between bars.
  if (allowed_methods.length > 0)
    actions.push(`setvar:'tx.allowed_methods=${allowed_methods.join(' ')}'`)
  if (allowed_content_types.length > 0) {
    const types = allowed_content_types.map((type) => `|${type}|`).join(' ')
    actions.push(`setvar:'tx.allowed_request_content_type=${types}'`)
  }
  return `SecAction "id:9500000,phase:1,pass,nolog,t:none,${actions.join(',')}"\n`
}
