/** `gatehouse log`: the system log, events of all nodes on one timeline. */
import type { Command } from 'commander'
import { systemClock } from '#base/clock.ts'
import { type Severity, type SystemEvent, Severity as severityNames } from '#model/event.ts'
import type { ApiClient } from '#parts/client/client.ts'
import { cliFaults } from '../faults.ts'
import { type GlobalOptions, onPolicyServer, settingsOrLeast } from '../local.ts'
import type { Output } from '../output.ts'
import { shown } from './list/entries.ts'

type Options = GlobalOptions & {
  readonly node?: string
  readonly severity?: string
  readonly name?: string
  readonly search?: string
  readonly since: string
  readonly limit: string
  readonly follow?: true
}

export function log(program: Command, output: Output): void {
  program
    .command('log')
    .description('show what happened on all nodes, oldest first')
    .option('--node <name>', 'only on this node')
    .option('--severity <severity>', `this severe or worse: ${severityNames.options.join(', ')}`)
    .option('--name <beginning>', 'only events whose name begins so, such as rollout.')
    .option('--search <text>', 'only events with this text')
    .option('--since <span>', 'how far back: 15m, 1h, 24h, 7d', '24h')
    .option('--limit <count>', 'the newest so many (200)', '50')
    .option('-f, --follow', 'go on with what happens from now on')
    .addHelpText(
      'after',
      `
Examples:
  gatehouse log --since 1h
  gatehouse log --severity warning --node edge-2
  gatehouse log --name rollout. --follow
  gatehouse log --follow --json | jq -c '{node, name}'`,
    )
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>()
      const query = queryOf(options)
      const { settings } = settingsOrLeast(command, output)
      await onPolicyServer(settings, async (api) => {
        const page = await api.call('GET /api/v1/events', { query })
        const events = page.items.toReversed()
        if (!options.follow) {
          if (options.json) return output.json(page)
          if (events.length === 0) output.line(`Nothing happened in the last ${options.since}.`)
          for (const event of events) output.line(lineOf(event, output))
          if (page.next_cursor) output.note('There is more: raise --limit or narrow the filter.')
          return
        }
        const print = (event: SystemEvent) =>
          output.line(options.json ? JSON.stringify(event) : lineOf(event, output))
        for (const event of events) print(event)
        await follow(api, query, events, print)
      })
    })
}

type Query = ReturnType<typeof queryOf>

function queryOf(options: Options) {
  if (!/^\d+(m|h|d)$/.test(options.since)) {
    throw cliFaults.usage({
      why: `Cannot use --since ${options.since}: expected a span such as 15m, 1h, 24h or 7d`,
    })
  }
  const limit = Number(options.limit)
  if (!Number.isInteger(limit) || limit < 1 || limit > 200) {
    throw cliFaults.usage({ why: `Cannot use --limit ${options.limit}: expected 1 to 200` })
  }
  return {
    range: options.since,
    limit,
    ...(options.node && { node: options.node }),
    ...(options.severity && { severity: severityOf(options.severity) }),
    ...(options.name && { name: options.name }),
    ...(options.search && { q: options.search }),
  }
}

function severityOf(text: string): Severity {
  const severity = severityNames.safeParse(text)
  if (severity.success) return severity.data
  throw cliFaults.usage({
    why: `Cannot use --severity ${text}: expected one of ${severityNames.options.join(', ')}`,
  })
}

const ask_every_ms = 1_000
/** Ids that were printed; a page has 200. */
const seen_max = 2_000

/** Until the command is ended. What comes late from a node that was away is printed when it comes. */
async function follow(
  api: ApiClient,
  query: Query,
  printed: readonly SystemEvent[],
  print: (event: SystemEvent) => void,
): Promise<never> {
  const seen = new Set(printed.map((event) => event.id))
  // What was before the first page is not new.
  const first = printed[0]?.hlc ?? ''
  for (;;) {
    await systemClock.sleep(ask_every_ms)
    const { items } = await api.call('GET /api/v1/events', { query: { ...query, limit: 200 } })
    for (const event of items.toReversed()) {
      if (seen.has(event.id) || event.hlc < first) continue
      seen.add(event.id)
      print(event)
    }
    for (const id of seen) {
      if (seen.size <= seen_max) break
      seen.delete(id)
    }
  }
}

/** `2026-11-20 12:00:00 edge-2 warning worker.replaced  Edge worker 1 died and was replaced` */
function lineOf(event: SystemEvent, { colors }: Output): string {
  const { at, node, severity, name, message } = event
  const is_bad = severityNames.options.indexOf(severity) <= severityNames.options.indexOf('error')
  const paint = is_bad ? colors.red : severity === 'warning' ? colors.yellow : colors.dim
  const time = at.slice(0, 19).replace('T', ' ')
  return `${time} ${shown(node)} ${paint(severity)} ${colors.bold(shown(name))}  ${shown(message)}`
}
