/** Where the files of a rule set lie, and in which order they are read. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { rulesetFaults } from './faults.ts'

export type RulesetFiles = {
  /** In the order in which they are read. */
  readonly files: readonly string[]
  /** Folders that data files may lie in. */
  readonly roots: readonly string[]
}

/** Debian's package modsecurity-crs: its setup is configuration of the machine, its rules are not. */
export function packageFiles(root = '/'): RulesetFiles {
  const rules = join(root, 'usr/share/modsecurity-crs/rules')
  const own = join(root, 'etc/modsecurity/crs')
  const setup = join(own, 'crs-setup.conf')
  for (const path of [rules, setup]) {
    if (!existsSync(path)) throw rulesetFaults.package_missing({ path })
  }
  const before = join(own, 'REQUEST-900-EXCLUSION-RULES-BEFORE-CRS.conf')
  const after = join(own, 'RESPONSE-999-EXCLUSION-RULES-AFTER-CRS.conf')
  return {
    files: [setup, ...present(before), ...confFiles(rules), ...present(after)],
    roots: [rules, own],
  }
}

/** A folder laid out as CRS releases are: setup, plugins' configuration, plugins before, rules, plugins after. */
export function folderFiles(dir: string): RulesetFiles {
  const rules = join(dir, 'rules')
  if (!existsSync(rules)) {
    throw rulesetFaults.not_a_rule_set({ path: dir, missing: 'folder "rules"' })
  }
  const [setup] = [
    ...present(join(dir, 'crs-setup.conf')),
    ...present(join(dir, 'crs-setup.conf.example')),
  ]
  if (setup === undefined) {
    throw rulesetFaults.not_a_rule_set({ path: dir, missing: 'crs-setup.conf' })
  }
  const plugins = existsSync(join(dir, 'plugins')) ? confFiles(join(dir, 'plugins')) : []
  const ending = (end: string) => plugins.filter((file) => file.endsWith(end))
  return {
    files: [
      setup,
      ...ending('-config.conf'),
      ...ending('-before.conf'),
      ...confFiles(rules),
      ...ending('-after.conf'),
    ],
    roots: [dir],
  }
}

function present(file: string): readonly string[] {
  return existsSync(file) ? [file] : []
}

function confFiles(dir: string): readonly string[] {
  return readdirSync(dir)
    .filter((file) => file.endsWith('.conf'))
    .sort()
    .map((file) => join(dir, file))
}
