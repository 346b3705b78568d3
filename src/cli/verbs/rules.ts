/** `gatehouse rules`: keep rule sets side by side. */
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { keptRulesets } from '#parts/rulesets/resolve.ts'
import { type GlobalOptions, settingsOf } from '../local.ts'
import type { Output } from '../output.ts'

export function rules(program: Command, output: Output): void {
  const noun = program.command('rules').description('keep rule sets side by side')
  noun
    .command('add')
    .description('check a rule set and keep it: a release archive (.tar.gz) or a directory')
    .argument('<source>', 'archive or directory in the layout of OWASP CRS')
    .option('--name <name>', 'keep it under this name (default: its version)')
    .addHelpText(
      'after',
      '\nExamples:\n  gatehouse rules add coreruleset-4.28.0-minimal.tar.gz\n  gatehouse rules add ./my-rules --name mine',
    )
    .action(async (source: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { name?: string }>()
      const { settings } = settingsOf(command)
      const { addRuleset } = await import('#parts/rulesets/add.ts')
      const kept_dir = join(settings.state_dir, 'rules')
      const added = addRuleset(resolve(source), {
        kept_dir,
        ...(options.name && { name: options.name }),
      })
      if (options.json) output.json(added)
      else {
        output.line(
          `kept ${added.name}: ${added.rule_count} rules of ${added.signature || 'no signature'}`,
        )
        output.note(
          `To use it: rules: { set: "${added.name}" } in the settings, then gatehouse reload`,
        )
      }
    })
  noun
    .command('list')
    .description('list the rule sets that are kept')
    .addHelpText('after', '\nExamples:\n  gatehouse rules list')
    .action((_options: unknown, command: Command) => {
      const { settings } = settingsOf(command)
      const kept = keptRulesets(join(settings.state_dir, 'rules'))
      const { set } = settings.rules
      if (command.optsWithGlobals<GlobalOptions>().json) output.json({ kept, in_settings: set })
      else
        for (const name of kept) output.line(`${name}${name === set ? '  (in the settings)' : ''}`)
      if (kept.length === 0) output.note(`None is kept; the settings name "${set}".`)
    })
}
