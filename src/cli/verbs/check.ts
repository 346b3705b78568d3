/** `gatehouse check`: are settings and rules right? Starts nothing. */
import { join } from 'node:path'
import type { Command } from 'commander'
import { Fault } from '#base/fault.ts'
import { readIdentity } from '#parts/identity/node-identity.ts'
import type { Ruleset } from '#parts/waf/ruleset.ts'
import { Exit, exit } from '../exit.ts'
import type { Output } from '../output.ts'
import { loadSettings, otherName, type Settings, settingsFile } from '../settings.ts'
import { checkDraft } from './draft/check.ts'

export function check(program: Command, output: Output): void {
  program
    .command('check')
    .description('check settings and rules; exit code 2 when something is wrong')
    .option('--draft <name>', 'check this draft of the policy instead')
    .addHelpText(
      'after',
      '\nExamples:\n  gatehouse check\n  gatehouse check --settings new.yaml --json',
    )
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<{
        settings?: string
        json?: boolean
        draft?: string
      }>()
      if (options.draft !== undefined) return checkDraft(options.draft, command, output)
      const file = settingsFile(options.settings)
      const result = loadSettings(file)
      if (result.kind === 'invalid') {
        if (options.json) output.json({ ok: false, problems: result.problems })
        else
          for (const p of result.problems)
            output.line(`${p.file}:${p.line}:${p.column}: ${p.path}: ${p.message}`)
        throw new Exit(exit.usage)
      }
      const { loadPolicy } = await import('../policy.ts')
      const policy = loadPolicy(result.data)
      const { rules } = policy
      const { sites } = result.data
      const { whyIgnored } = await import('../file-import.ts')
      const ignored = await whyIgnored(result.data)
      const warnings = [
        ...policy.warnings,
        ...bodyWarnings(sites, policy.ruleset),
        ...(ignored ? [ignored] : []),
        ...nameWarnings(result.data),
      ]
      if (options.json) {
        output.json({
          ok: true,
          file,
          sites: sites.length,
          rule_set: policy.rule_set,
          rules,
          warnings,
        })
        return
      }
      for (const warning of warnings) output.note(`warning: ${warning}`)
      if (sites.length === 0)
        output.note(`warning: ${file} names no site: every request will get 421`)
      output.line(
        `${file}: ok, ${sites.length} site${sites.length === 1 ? '' : 's'}, ${rules} rules of ${policy.rule_set}`,
      )
    })
}

/** A name that was changed after the node got one. Whether the identity is whole, the doctor looks. */
function nameWarnings({ node, state_dir }: Settings): string[] {
  try {
    const identity = readIdentity(join(state_dir, 'identity'))
    const renamed = identity && otherName(node, identity.name)
    return renamed ? [renamed] : []
  } catch (error) {
    if (error instanceof Fault) return []
    throw error
  }
}

/** Sites that promise to take larger bodies than their rules let through. */
function bodyWarnings(sites: Settings['sites'], { settings }: Ruleset): string[] {
  const { request_body_limit_bytes: limit, request_body_limit_action: action } = settings
  if (action !== 'Reject') return []
  return sites
    .filter((site) => site.mode === 'block' && site.body_size_max > limit)
    .map(
      ({ name }) =>
        `site "${name}": requests over ${limit} bytes get 413 by SecRequestBodyLimit, whatever its body_size_max; a file in rules.files can raise it`,
    )
}
