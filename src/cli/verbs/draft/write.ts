/** `gatehouse draft new`, `show`, `set` and `discard`: whole drafts, from files and into files. */
import type { Command } from 'commander'
import { findDraft } from '../../drafts.ts'
import { type GlobalOptions, onPolicyServer, settingsOf, settingsOrLeast } from '../../local.ts'
import type { Output } from '../../output.ts'
import { placingProblems, policyOf, writePolicy } from '../../policy-file.ts'
import { oneLine } from '../../policy-words.ts'

type FileOptions = GlobalOptions & { readonly file: string }

export function create(drafts: Command, output: Output): void {
  drafts
    .command('new')
    .description('make a draft from the newest commit, or from a file')
    .argument('<name>', 'what it is about')
    .option('-f, --file <file>', 'YAML as gatehouse export writes it, - for standard input')
    .addHelpText(
      'after',
      "\nExamples:\n  gatehouse draft new 'shop: block mode'\n  gatehouse draft new night-shift -f policy.yaml",
    )
    .action(async (name: string, _options: unknown, command: Command) => {
      const { file, json = false } = command.optsWithGlobals<Partial<FileOptions>>()
      const { settings } = settingsOf(command)
      const read = file === undefined ? undefined : policyOf(file, output, json)
      const body = { name, ...(read && { document: read.document }) }
      const make = () =>
        onPolicyServer(settings, (api) => api.call('POST /api/v1/drafts', { body }))
      const draft = await (read ? placingProblems(read, output, json, make) : make())
      if (json) return output.json(draft)
      output.line(`"${oneLine(draft.name)}" is made from revision ${draft.base_revision}`)
      output.note('gatehouse draft edit   changes it; gatehouse diff   shows what differs')
    })
}

export function show(drafts: Command, output: Output): void {
  drafts
    .command('show')
    .description('print a draft as YAML')
    .argument('[name]', 'left out: your only draft')
    .action(async (name: string | undefined, _options: unknown, command: Command) => {
      const { settings } = settingsOrLeast(command, output)
      const draft = await onPolicyServer(settings, async (api) => {
        const { id } = await findDraft(api, name)
        return api.call('GET /api/v1/drafts/{id}', { params: { id } })
      })
      if (command.optsWithGlobals<GlobalOptions>().json) return output.json(draft)
      output.line(writePolicy(draft.document, undefined).trimEnd())
    })
}

export function set(drafts: Command, output: Output): void {
  drafts
    .command('set')
    .description('make a file the content of a draft')
    .argument('[name]', 'left out: your only draft')
    .requiredOption('-f, --file <file>', 'YAML as gatehouse export writes it, - for standard input')
    .action(async (name: string | undefined, _options: unknown, command: Command) => {
      const { file, json = false } = command.optsWithGlobals<FileOptions>()
      const { settings } = settingsOf(command)
      const read = policyOf(file, output, json)
      const { document } = read
      const draft = await placingProblems(read, output, json, () =>
        onPolicyServer(settings, async (api) => {
          const { id, etag } = await findDraft(api, name)
          const input = { params: { id }, etag, body: { document } }
          return api.call('PUT /api/v1/drafts/{id}', input)
        }),
      )
      if (json) return output.json(draft)
      output.line(`"${oneLine(draft.name)}" is what ${file === '-' ? 'was typed' : file} says`)
      if (read.lists)
        output.note('IP lists are no part of a draft: those of the file are left out.')
    })
}

export function discard(drafts: Command, output: Output): void {
  drafts
    .command('discard')
    .description('throw a draft away')
    .argument('<name>')
    .action(async (name: string, _options: unknown, command: Command) => {
      const { settings } = settingsOf(command)
      const gone = await onPolicyServer(settings, async (api) => {
        const draft = await findDraft(api, name)
        await api.call('DELETE /api/v1/drafts/{id}', { params: { id: draft.id } })
        return draft
      })
      if (command.optsWithGlobals<GlobalOptions>().json) return output.json({ id: gone.id })
      output.line(`"${oneLine(gone.name)}" is gone`)
    })
}
