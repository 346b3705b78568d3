/** `gatehouse status`: how is it, in a few lines. Exit code 3 when it does not run or is not healthy. */
import type { Command } from 'commander'
import type { NodeStatus } from '#model/node.ts'
import { Exit, exit } from '../exit.ts'
import { type GlobalOptions, nodeStatus, notReady, settingsOrLeast } from '../local.ts'
import type { Output } from '../output.ts'

export function status(program: Command, output: Output): void {
  program
    .command('status')
    .description(
      'show how the Gatehouse on this machine is; exit code 3 when it is down or degraded',
    )
    .option('--all', 'upstreams that are up, too')
    .addHelpText(
      'after',
      '\nExamples:\n  gatehouse status\n  gatehouse status --json | jq .blocked',
    )
    .action(async (_options: unknown, command: Command) => {
      const { settings } = settingsOrLeast(command, output)
      const found = await nodeStatus(settings)
      const troubles = [...troublesOf(found), ...(await notReady(settings))]
      if (command.optsWithGlobals<GlobalOptions>().json) output.json({ ...found, troubles })
      else await print(found, troubles, command.opts<{ all?: true }>().all === true, output)
      if (troubles.length > 0) throw new Exit(exit.not_running)
    })
}

/** What someone must look at, in sentences. */
export function troublesOf(found: NodeStatus): string[] {
  const troubles: string[] = []
  const down = found.upstreams.filter((u) => !u.is_up)
  for (const u of down)
    troubles.push(`upstream ${u.url} of ${u.site} is out after ${u.fails} failures`)
  if (!found.workers.some((w) => w.state === 'ready'))
    troubles.push('no edge worker takes requests')
  if (found.lost > 0)
    troubles.push(`${found.lost} records were lost: the spool was full or could not be written`)
  if (found.deferred > 1000) troubles.push(`${found.deferred} records wait for analytics`)
  if (found.delivery_trouble !== null) troubles.push(found.delivery_trouble)
  if (found.agent?.trouble) troubles.push(found.agent.trouble)
  if (found.last_reload?.is_done === false)
    troubles.push(`the last reload was refused: ${found.last_reload.message}`)
  if (found.faults > 0) troubles.push(`the rule engine failed on ${found.faults} requests`)
  return troubles
}

async function print(
  found: NodeStatus,
  troubles: readonly string[],
  all: boolean,
  output: Output,
): Promise<void> {
  const { bold, green, red } = output.colors
  output.line(`${bold(found.node)}  gatehouse ${found.version}, up since ${found.started_at}`)
  output.line(troubles.length === 0 ? '# Health: good' : '# Health:')
  for (const trouble of troubles) output.line(`#   - ${trouble}`)
  output.line(
    `rules     ${found.rules} of ${found.rule_set}, bundle ${found.bundle} since ${found.bundle_applied_at}`,
  )
  if (found.agent) {
    const line = found.agent.connected_to ?? 'no policy server'
    output.line(
      `cluster   ${found.agent.committing.replaceAll('_', ' ')}, connected to ${line}, lists ${found.lists_revision}`,
    )
  }
  output.line(
    `requests  ${found.requests}, attacks ${found.attacks}, blocked ${found.blocked}, below the threshold ${found.below_threshold}, refused ${found.abnormal}, upstream errors ${found.upstream_errors}`,
  )
  const per_request_us =
    found.requests > 0 ? Math.round((found.time_detect / found.requests) * 1e6) : 0
  output.line(
    `records   ${found.deferred} waiting, ${found.lost} lost; inspection takes ${per_request_us} µs a request`,
  )
  output.line()
  await output.table(
    ['WORKER', 'PID', 'STATE', 'MEMORY', 'RESTARTS'],
    found.workers.map((w) => [
      String(w.index),
      String(w.pid),
      w.state,
      `${Math.round(w.rss_bytes / 2 ** 20)} MiB`,
      String(w.restarts),
    ]),
  )
  const upstreams = found.upstreams.filter((one) => all || !one.is_up)
  if (upstreams.length > 0) {
    output.line()
    await output.table(
      ['SITE', 'UPSTREAM', 'STATE'],
      upstreams.map((u) => [u.site, u.url, u.is_up ? green('up') : red('out')]),
    )
  }
}
