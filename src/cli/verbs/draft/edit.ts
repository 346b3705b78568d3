/** `gatehouse draft edit`: a draft in your editor. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { attached } from '#parts/host/exec.ts'
import { findDraft } from '../../drafts.ts'
import { cliFaults } from '../../faults.ts'
import { type GlobalOptions, onPolicyServer, settingsOf } from '../../local.ts'
import type { Output } from '../../output.ts'
import { placingProblems, policyOf, writePolicy } from '../../policy-file.ts'
import { oneLine, quoted } from '../../policy-words.ts'

export function edit(drafts: Command, output: Output): void {
  drafts
    .command('edit')
    .description('open a draft in $VISUAL or $EDITOR, check what comes back, keep it')
    .argument('[name]', 'left out: your only draft')
    .action(async (name: string | undefined, _options: unknown, command: Command) => {
      const { json = false } = command.optsWithGlobals<GlobalOptions>()
      const { settings } = settingsOf(command)
      const draft = await onPolicyServer(settings, async (api) => {
        const { id } = await findDraft(api, name)
        return api.call('GET /api/v1/drafts/{id}', { params: { id } })
      })
      const before = writePolicy(draft.document, undefined)
      // Of its own, so that only we can read and replace what is in it.
      const dir = mkdtempSync(join(tmpdir(), 'gatehouse-draft-'))
      const file = join(dir, 'policy.yaml')
      writeFileSync(file, before, { mode: 0o600 })
      try {
        await openEditor(file)
        if (readFileSync(file, 'utf8') === before) {
          output.note('Nothing was changed.')
          return rmSync(dir, { recursive: true })
        }
        const read = policyOf(file, output, json)
        const { id, etag } = draft
        const input = { params: { id }, etag, body: { document: read.document } }
        const written = await placingProblems(read, output, json, () =>
          onPolicyServer(settings, (api) => api.call('PUT /api/v1/drafts/{id}', input)),
        )
        rmSync(dir, { recursive: true })
        if (json) output.json(written)
        else output.line(`"${oneLine(written.name)}" is changed`)
      } catch (error) {
        output.note(`Your text is kept: gatehouse draft set ${quoted(draft.name)} -f ${file}`)
        throw error
      }
    })
}

async function openEditor(file: string): Promise<void> {
  // People write `code --wait`: words, but no shell.
  const editor = process.env['VISUAL'] || process.env['EDITOR'] || 'vi'
  const status = await attached([...editor.trim().split(/\s+/), file])
  if (status !== 0) throw cliFaults.policy_file({ file, why: `${editor} ended with ${status}` })
}
