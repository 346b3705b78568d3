/** `gatehouse explain`: what would the rules say to this request? Needs no server. */
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { systemClock } from '#base/clock.ts'
import { uuidv7 } from '#base/id.ts'
import { printable } from '#model/printable.ts'
import type { Mode } from '#model/site.ts'
import type { CompiledPolicy, CompiledSite } from '#parts/enforcement/compiled-policy.ts'
import { readHost } from '#parts/http/head.ts'
import type { Match, Transaction } from '#parts/waf/transaction.ts'
import { cliFaults } from '../faults.ts'
import { type GlobalOptions, settingsOf } from '../local.ts'
import type { Output } from '../output.ts'
import { fromCurl, fromRaw, type WrittenRequest } from '../request-words.ts'

type Options = GlobalOptions & { readonly raw?: string; readonly all?: boolean }

export function explain(program: Command, output: Output): void {
  program
    .command('explain')
    .description('print every rule that matches a request, with values and scores; needs no server')
    .argument('[curl...]', 'the request as arguments of curl')
    .option('--raw <file>', 'read the request as raw bytes from a file, - for standard input')
    .option('--all', 'also rules that score nothing')
    .allowUnknownOption()
    .addHelpText(
      'after',
      `
Examples:
  gatehouse explain "http://shop.example/?id=1' OR '1'='1"
  gatehouse explain -X POST http://shop.example/login -d 'user=admin%27--'
  gatehouse explain -F 'file=@report.pdf' http://shop.example/upload
  gatehouse explain --raw request.txt --json`,
    )
    .action(async (words: string[], _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>()
      const { file, settings } = settingsOf(command)
      const request = options.raw
        ? fromRaw(readFileSync(options.raw === '-' ? 0 : options.raw))
        : fromCurl(words)
      const { policyInForce } = await import('../policy.ts')
      const { compiled, bundle } = policyInForce(settings)
      const { rule_set } = compiled
      const site = siteOf(compiled, request)
      if (site === undefined) throw cliFaults.no_site({ file })
      const start = {
        request_id: uuidv7(systemClock.now()),
        at_ms: systemClock.now(),
        client_address: '127.0.0.1',
        client_port: 40000,
        server_address: '127.0.0.1',
        server_port: 80,
        ...request,
        is_gray: true,
      }
      const transaction = site.begin(start, request.uri)
      if (transaction === undefined) throw cliFaults.site_off({ site: site.site.name })
      inspect(transaction, request)
      const matches = transaction.matches.filter((m) => options.all || m.is_detection)
      if (options.json) {
        output.json({
          bundle,
          rule_set,
          site: site.site.name,
          mode: site.site.mode,
          scores: transaction.scores,
          intervention: transaction.intervention ?? null,
          matches: matches.map(forJson),
        })
        return
      }
      print(transaction, matches, rule_set, output)
      const { name, mode } = site.site
      const of = bundle === '' ? 'the settings file' : `bundle ${bundle}`
      output.line(`by ${of}, site ${name} in mode ${mode}${consequences[mode]}`)
    })
}

const consequences: Readonly<Record<Mode, string>> = {
  off: '',
  monitor: ': attacks are recorded and let through',
  safe_blocking: ': attacks are refused from gray-listed addresses only',
  block: '',
}

/** The site that the request is for; the first one when it names no host of ours. */
function siteOf(compiled: CompiledPolicy, request: WrittenRequest): CompiledSite | undefined {
  const host = request.headers.find(([name]) => name.toLowerCase() === 'host')?.[1] ?? ''
  const found = compiled.find(readHost(host) ?? '', request.uri)
  return typeof found === 'string' ? compiled.sites[0] : found
}

function inspect(transaction: Transaction, request: WrittenRequest): void {
  transaction.requestHeaders() ??
    transaction.requestBody(request.body === '' ? undefined : request.body)
  transaction.logging()
}

function forJson(match: Match) {
  const steps = match.steps.map((s) => ({ ...s, value: printable(s.value) }))
  const { value, raw_value, matched_text, data, message } = match
  return {
    ...match,
    value: printable(value),
    raw_value: printable(raw_value),
    matched_text: printable(matched_text),
    data: printable(data),
    message: printable(message),
    steps,
  }
}

function print(
  transaction: Transaction,
  matches: readonly Match[],
  rule_set: string,
  output: Output,
): void {
  const { bold, red, green, dim } = output.colors
  for (const match of matches) {
    output.line(
      `${bold(String(match.rule_id))}  ${printable(match.message)}  ${dim(`${match.file}:${match.line}`)}`,
    )
    output.line(
      `  ${match.severity.toLowerCase() || 'no severity'}, score ${match.score}, phase ${match.phase}`,
    )
    output.line(`  ${match.variable} = ${printable(match.raw_value)}`)
    for (const step of match.steps)
      output.line(`    ${step.transformation.padEnd(18)} ${printable(step.value)}`)
    output.line(`  ${match.operator.slice(0, 200)}`)
    if (match.matched_text) output.line(`    hit ${red(printable(match.matched_text))}`)
    output.line()
  }
  const { inbound, outbound } = transaction.scores
  output.line(
    `${matches.length} rules of ${rule_set} matched; anomaly score ${inbound} in, ${outbound} out`,
  )
  const done = transaction.intervention
  output.line(
    done
      ? red(`would be blocked by rule ${done.rule_id} with ${done.status}`)
      : green('would pass'),
  )
}
