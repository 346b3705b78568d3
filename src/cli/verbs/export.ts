/** `gatehouse export`: the policy as YAML, the way `gatehouse apply` takes it. */
import { writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import { messageOf } from '#base/fault.ts'
import type { ApiClient } from '#parts/client/client.ts'
import { cliFaults } from '../faults.ts'
import { fileEntries } from '../file-lists.ts'
import { type GlobalOptions, onPolicyServer, settingsOrLeast } from '../local.ts'
import type { Output } from '../output.ts'
import { writePolicy } from '../policy-file.ts'
import { revisionOf } from '../policy-words.ts'

type Options = GlobalOptions & {
  readonly revision?: string
  readonly output?: string
  readonly lists: boolean
  readonly all?: true
}

export function exportPolicy(program: Command, output: Output): void {
  program
    .command('export')
    .description('print the committed policy as YAML; gatehouse apply of it changes nothing')
    .option('--revision <number>', 'that of an earlier commit, without IP lists')
    .option('-o, --output <file>', 'write it there instead; replaces the file')
    .option('--no-lists', 'without the IP lists')
    .option('--all', 'every default spelled out')
    .addHelpText(
      'after',
      `
Examples:
  gatehouse export -o policy.yaml
  gatehouse export --revision 11 | gatehouse diff -f -`,
    )
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>()
      const revision = options.revision === undefined ? undefined : revisionOf(options.revision)
      const { settings } = settingsOrLeast(command, output)
      const { commit, lists } = await onPolicyServer(
        settings,
        async (api) => ({
          commit: await committed(api, revision),
          // Lists are no part of a commit: an earlier one has none.
          lists: options.lists && revision === undefined ? await fileEntries(api) : undefined,
        }),
        { timeout_ms: 60_000 },
      )
      if (options.json) return output.json({ ...commit, ...(lists && { lists }) })
      const { bundle, at, author } = commit
      const head = `# Policy of Gatehouse: ${bundle}, committed ${at} by ${author.replaceAll(/\p{Cc}/gu, ' ')}\n# revision: ${commit.revision}\n`
      write(options.output, head + writePolicy(commit.document, lists, options.all), output)
    })
}

function committed(api: ApiClient, revision: number | undefined) {
  if (revision === undefined) return api.call('GET /api/v1/policy')
  const params = { revision: String(revision) }
  return api.call('GET /api/v1/policy/commits/{revision}', { params })
}

function write(file: string | undefined, text: string, output: Output): void {
  if (file === undefined || file === '-') {
    output.line(text.trimEnd())
    return
  }
  try {
    writeFileSync(file, text)
  } catch (cause) {
    throw cliFaults.policy_file({ file, why: messageOf(cause) }, { cause })
  }
  output.note(`Wrote ${file}`)
}
