/** `gatehouse up`: write a settings file for one site, and start. */
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { invalidSettings, parseSettings, type SettingsProblem } from '#base/settings.ts'
import { cliFaults } from '../faults.ts'
import type { Output } from '../output.ts'
import { loadSettings, Settings } from '../settings.ts'
import { runUntilStopped } from './run.ts'

type Options = {
  readonly site: string
  readonly to: string
  readonly listen: string
  readonly mode: string
  readonly rules: string
  readonly stateDir?: string
  readonly name?: string
  readonly settings?: string
}

export function up(program: Command, output: Output): void {
  const port = process.getuid?.() === 0 ? 80 : 8000
  program
    .command('up')
    .description('protect one site: write a settings file and start')
    .requiredOption('--site <host>', 'host name of the site, * for any')
    .requiredOption('--to <url>', 'where the site really runs')
    .option('--listen <address>', 'address and port to listen on', `*:${port}`)
    .option('--mode <mode>', 'block, safe_blocking, monitor or off', 'block')
    .option('--rules <set>', 'package, a directory, or a version added with "rules add"', 'package')
    .option('--name <name>', 'name of this machine in its cluster (default: the host name)')
    .option('--state-dir <dir>', 'where records and database live')
    .addHelpText(
      'after',
      `
Examples:
  gatehouse up --site shop.example --to http://127.0.0.1:3000
  gatehouse up --site '*' --to http://10.0.0.5 --listen *:8080 --mode monitor`,
    )
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>()
      const file = resolve(options.settings ?? 'gatehouse.yaml')
      const text = settingsText({
        ...options,
        site: options.site.toLowerCase(),
        to: withScheme(options.to),
      })
      const drafted = parseSettings(text, file, Settings)
      if (drafted.kind === 'invalid') throw cliFaults.usage({ why: complaint(drafted.problems) })
      try {
        writeFileSync(file, text, { flag: 'wx', mode: 0o600 })
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
        throw cliFaults.exists({ file })
      }
      output.note(`Wrote ${file}`)
      const result = loadSettings(file)
      if (result.kind === 'invalid') throw invalidSettings(result.problems)
      await runUntilStopped(file, result.data, output)
    })
}

/** `localhost:3000` means http. */
function withScheme(address: string): string {
  return /^[a-z]+:\/\//i.test(address) ? address : `http://${address}`
}

const optionOf: readonly (readonly [path: RegExp, option: string])[] = [
  [/upstreams/, '--to'],
  [/listen/, '--listen'],
  [/mode/, '--mode'],
  [/sites/, '--site'],
  [/node/, '--name'],
]

/** What is wrong, by the option it came from. */
function complaint(problems: readonly SettingsProblem[]): string {
  const first = problems[0]
  const option = optionOf.find(([path]) => path.test(first?.path ?? ''))?.[1] ?? 'settings'
  return `Cannot use ${option}: ${first?.message}`
}

/** The commented file that `up` writes. */
export function settingsText(options: Options): string {
  const quote = (text: string): string => JSON.stringify(text)
  const name =
    options.site
      .replace(/^\*\.?/, '')
      .toLowerCase()
      .replaceAll(/[^a-z0-9.-]/g, '-') || 'site'
  return `# Gatehouse settings. \`gatehouse check\` tells what is wrong with this file,
# \`kill -HUP\` (or \`gatehouse reload\`) applies a change without losing a request.

# Name of this machine in its cluster, on block pages and in records (default: the host name). It counts at the first start.
${options.name ? `node: ${quote(options.name)}` : '# node: gate-1'}
${options.stateDir ? `state_dir: ${quote(options.stateDir)}` : '# state_dir: /var/lib/gatehouse'}

# embedded keeps everything in state_dir: for evaluation and a single machine.
# For more, PostgreSQL 15 or newer: postgresql://gatehouse@db.example/gatehouse
# database: embedded

rules:
  # package (the distribution's modsecurity-crs), a directory, or a version added with \`gatehouse rules add\`.
  set: ${quote(options.rules)}
  # 1: few false alarms … 4: strictest.
  paranoia_level: 1
  # What an application needs beyond GET, HEAD, POST and OPTIONS, and beyond forms, JSON and XML:
  # allowed_methods: [GET, HEAD, POST, OPTIONS, PUT, PATCH, DELETE]
  # allowed_content_types: [application/x-www-form-urlencoded, multipart/form-data, application/json, text/plain]

edge:
  listen:
    - address: ${quote(options.listen)}
  #  - address: "*:443"
  #    tls: true
  # certificates:
  #  - { cert: /etc/gatehouse/shop.pem, key: /etc/gatehouse/shop.key }
  # Proxies in front of us whose X-Forwarded-For is believed.
  # trusted_proxies: [10.0.0.0/8]

sites:
  - name: ${quote(name)}
    hosts: [${quote(options.site)}]
    # off: not inspected; monitor: attacks are recorded; safe_blocking: refused from gray-listed
    # addresses only; block: attacks are refused.
    mode: ${options.mode}
    upstreams:
      - url: ${quote(options.to)}
    # What happens to a request when the rule engine itself fails on it: refuse or pass.
    on_fault: refuse
`
}
