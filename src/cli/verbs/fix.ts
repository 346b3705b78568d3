/** `gatehouse fix`: what would let a wrongly blocked request through, the narrowest first. */
import type { Command } from 'commander'
import type { AttackType } from '#model/attack-type-names.ts'
import type { FixList } from '#model/fix.ts'
import type { Hit } from '#model/hit.ts'
import { findDraft } from '../drafts.ts'
import { type GlobalOptions, onPolicyServer, settingsOf } from '../local.ts'
import type { Output } from '../output.ts'
import { countOf, oneLine, quoted } from '../policy-words.ts'

type Options = GlobalOptions & {
  readonly apply?: string
  readonly draft?: string
  readonly seen?: string
  readonly reason: string
}

export function fix(program: Command, output: Output): void {
  program
    .command('fix')
    .description('find the narrowest exception that lets a blocked request through')
    .argument('<request>', 'request id, as on the block page, or the id of a hit or an attack')
    .option('--apply <number>', 'put this one into a draft')
    .option('--seen <digest>', 'with --apply: refuse when the list is not the one that was shown')
    .option('--draft <name>', 'with --apply: into this draft; left out: a new one')
    .option('--reason <text>', 'with --apply: why, for whoever reads the exception next year', '')
    .addHelpText(
      'after',
      `
Examples:
  gatehouse fix 0192f3c1-7a52-7c3e-9d0e-6b1f0c2d3e4f
  gatehouse fix 0192f3c1-7a52-7c3e-9d0e-6b1f0c2d3e4f --apply 1 --reason 'editor of the shop'`,
    )
    .action(async (request_id: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>()
      const number =
        options.apply === undefined ? undefined : countOf('--apply', options.apply, 1000)
      const { settings } = settingsOf(command)
      const params = { request_id }
      const patience = { timeout_ms: 120_000 }
      if (number === undefined) {
        const { found, refused } = await onPolicyServer(
          settings,
          async (api) => {
            const found = await api.call('GET /api/v1/requests/{request_id}/fixes', { params })
            const why = 'GET /api/v1/requests/{request_id}'
            const { hits } = found.fixes.length > 0 ? { hits: [] } : await api.call(why, { params })
            return { found, refused: hits.filter((hit) => hit.action === 'refused') }
          },
          patience,
        )
        if (options.json) return output.json(found)
        await print(found, output)
        for (const hit of refused) output.line(notByRules(hit))
        return
      }
      const done = await onPolicyServer(
        settings,
        async (api) => {
          const into = options.draft === undefined ? undefined : await findDraft(api, options.draft)
          // Without --seen the list of this moment counts.
          const digest =
            options.seen ??
            (await api.call('GET /api/v1/requests/{request_id}/fixes', { params })).digest
          const { reason } = options
          const body = { number, digest, reason, ...(into && { draft_id: into.id }) }
          return api.call('POST /api/v1/requests/{request_id}/fixes', { params, body })
        },
        patience,
      )
      if (options.json) return output.json(done)
      output.line(`"${oneLine(done.draft.name)}": ${oneLine(done.fix.sentence, 300)}`)
      const name = quoted(done.draft.name)
      output.note(
        `next: gatehouse replay --draft ${name}, then gatehouse commit --draft ${name} -m 'why'`,
      )
    })
}

/** A list or a limit refuses before any rule runs: no exception helps, and the reason names what to change. */
function notByRules({ reason, attack_type, client }: Hit): string {
  const next: Partial<Record<AttackType, string>> = {
    ip_list: `gatehouse unban ${client}, or gatehouse list allow --add ${client}`,
    rate_limit: 'its rate or burst in rate_limits of the policy (docs/reference/policy.md)',
  }
  const what = next[attack_type]
  return `It was refused before the rules ran: ${oneLine(reason, 300)}${what ? `\nnext: ${what}` : ''}`
}

async function print(found: FixList, output: Output): Promise<void> {
  const { request_id, site, fixes, replayed, digest } = found
  if (fixes.length === 0) {
    output.line(`No exception lets ${request_id} through, or it passes already.`)
    return
  }
  await output.table(
    ['', 'FIX', 'UNBLOCKS', 'CLIENTS', 'ATTACKS'],
    fixes.map((one) => [
      String(one.number),
      oneLine(one.sentence, 160),
      String(one.unblocks_requests),
      String(one.unblocks_clients),
      one.unblocks_attacks > 0
        ? output.colors.red(String(one.unblocks_attacks))
        : String(one.unblocks_attacks),
    ]),
  )
  output.line()
  output.line(`tried on ${replayed} recorded requests of ${site}`)
  output.note(`next: gatehouse fix ${request_id} --apply 1 --seen ${digest}`)
}
