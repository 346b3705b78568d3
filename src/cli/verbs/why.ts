/** `gatehouse why`: why was this request blocked, by the code on the block page. */
import type { Command } from 'commander'
import { Fault } from '#base/fault.ts'
import { attackTypeNames } from '#model/attack-type-names.ts'
import type { Hit } from '#model/hit.ts'
import { Exit, exit } from '../exit.ts'
import { cliFaults } from '../faults.ts'
import { type GlobalOptions, onPolicyServer, settingsOrLeast } from '../local.ts'
import type { Output } from '../output.ts'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export function why(program: Command, output: Output): void {
  program
    .command('why')
    .description('tell why a request was blocked')
    .argument(
      '<request-id>',
      'the code on the block page, also in the header X-Request-Id; or the id of a hit or an attack',
    )
    .addHelpText('after', '\nExamples:\n  gatehouse why 0192f3c1-7a52-7c3e-9d0e-6b1f0c2d3e4f')
    .action(async (asked: string, _options: unknown, command: Command) => {
      const request_id = asked.trim().toLowerCase()
      if (!uuid.test(request_id)) {
        throw cliFaults.usage({
          why: `"${asked}" is no request id: expected 36 characters such as 0192f3c1-7a52-7c3e-9d0e-6b1f0c2d3e4f`,
        })
      }
      const { settings } = settingsOrLeast(command, output)
      const answer = await onPolicyServer(settings, async (api) => {
        try {
          return await api.call('GET /api/v1/requests/{request_id}', { params: { request_id } })
        } catch (error) {
          if (error instanceof Fault && error.code === 'policy.not_found')
            return { request_id, hits: [] }
          throw error
        }
      })
      if (command.optsWithGlobals<GlobalOptions>().json) output.json(answer)
      else for (const hit of answer.hits) printHit(hit, output)
      if (answer.hits.length > 0) return
      output.note(
        `Nothing is recorded for ${request_id}: no rule had anything against it, or its record is older than the retention. An upstream that failed is told in the log, by this id.`,
      )
      throw new Exit(exit.not_found)
    })
}

function printHit(hit: Hit, output: Output): void {
  const { bold, red, dim } = output.colors
  output.line(`${bold(hit.reason)}`)
  output.line(
    `  ${hit.action} with ${hit.status} at ${hit.at} by ${hit.node}, site ${hit.site}, client ${hit.client}`,
  )
  output.line(
    `  ${attackTypeNames[hit.attack_type]}, score ${hit.score}, rule set ${hit.rule_set}, bundle ${hit.bundle}`,
  )
  output.line(`  ${hit.request.method} ${hit.request.uri}`)
  for (const match of hit.matches) {
    output.line()
    output.line(
      `  ${bold(String(match.rule_id))} ${match.message}  ${dim(`${match.file}:${match.line}`)}`,
    )
    output.line(
      `    ${match.severity.toLowerCase()}, score ${match.score}, paranoia level ${match.paranoia_level ?? '-'}, phase ${match.phase}`,
    )
    output.line(`    ${match.variable} = ${match.raw_value}`)
    for (const step of match.steps)
      output.line(`      ${step.transformation.padEnd(18)} ${step.value}`)
    const { value, highlight_start: from, highlight_end: to } = match
    const shown =
      from < 0 ? value : `${value.slice(0, from)}${red(value.slice(from, to))}${value.slice(to)}`
    output.line(`    ${match.operator.slice(0, 160)}`)
    if (match.data) output.line(`      ${match.data}`)
    output.line(`      saw ${shown}`)
  }
  output.line()
}
