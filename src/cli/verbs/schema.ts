/** `gatehouse schema`: the JSON Schema of the policy file, for editors and for other programs. */
import type { Command } from 'commander'
import type { Output } from '../output.ts'

export function schema(program: Command, output: Output): void {
  program
    .command('schema')
    .description(
      'print the JSON Schema of the policy file; docs/reference/policy.md is it in words',
    )
    .addHelpText('after', '\nExamples:\n  gatehouse schema > policy.schema.json')
    .action(async () => {
      const { policyFileSchema } = await import('../policy-file.ts')
      output.json(policyFileSchema())
    })
}
