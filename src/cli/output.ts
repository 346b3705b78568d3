/** What a verb prints: data on standard output, everything else on standard error. Colours only for a person. */
import pc from 'picocolors'
import { Fault, messageOf } from '#base/fault.ts'
import { ApiProblem } from '#parts/client/client.ts'

export type Output = {
  /** Data: a line on standard output. */
  line(text?: string): void
  /** Data as JSON on standard output. */
  json(value: unknown): void
  /** A table; without a terminal still a table, without colours. */
  table(head: readonly string[], rows: readonly (readonly string[])[]): Promise<void>
  /** A hint or progress: a line on standard error. */
  note(text: string): void
  readonly colors: ReturnType<typeof pc.createColors>
}

export function terminalOutput(): Output {
  const colors = pc.createColors(pc.isColorSupported && process.stdout.isTTY === true)
  return {
    line: (text = '') => void process.stdout.write(`${text}\n`),
    json: (value) => void process.stdout.write(`${JSON.stringify(value, null, 2)}\n`),
    note: (text) => void process.stderr.write(`${text}\n`),
    colors,
    async table(head, rows) {
      const { default: Table } = await import('cli-table3')
      const table = new Table({
        head: [...head],
        style: { head: [], border: [], compact: true },
        chars: plainBorders,
      })
      for (const row of rows) table.push([...row])
      process.stdout.write(`${table.toString()}\n`)
    },
  }
}

const plainBorders = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
} as const

/** What to type next, by the code of a fault. */
const next: Readonly<Record<string, string>> = {
  'settings.unreadable': 'gatehouse up --site HOST --to URL   writes one and starts',
  'settings.invalid': 'gatehouse check   lists everything that is wrong',
  'cli.not_running': 'gatehouse run   starts it',
  'client.untrusted':
    'gatehouse --ca FILE …   FILE is the authority’s certificate, or a copy of state_dir/tls/console.crt of the server',
  'cli.api_away':
    'gatehouse doctor, or the log: it starts again by itself; do not start a second one',
  'cli.exists': 'gatehouse run   starts with it; remove it to write a new one',
  'cli.member':
    'gatehouse join … --leave   moves this machine to the other cluster; stop Gatehouse before',
  'cli.still_running': 'stop it, then type the same line again',
  'identity.unreachable':
    'is Gatehouse running there, and cluster.listen an address that this machine reaches? (default: loopback only)',
  'identity.not_gatehouse': 'HOST is a policy server, its port that of cluster.listen (12346)',
  'identity.wrong_pin': 'gatehouse node invite   on the policy server prints the right line',
  'identity.clock_behind':
    'timedatectl set-ntp true   sets the clock, then type the same line again',
  'notifier.token_used': 'gatehouse node invite   on the policy server prints a new line',
  'notifier.token_expired': 'gatehouse node invite   on the policy server prints a new line',
  'notifier.token_withdrawn': 'gatehouse node invite   on the policy server prints a new line',
  'notifier.token_unknown': 'gatehouse node invite   on the policy server prints a new line',
  'policy.conflict': 'gatehouse draft rebase   puts your changes onto the newest commit',
  'policy.rebase_conflict': 'gatehouse draft edit, or a new draft from the newest commit',
  'policy.note_required': "add -m 'why'",
  'policy.etag_stale': 'type the same line again',
  'cli.stopped':
    'gatehouse rollout   shows why; when it is only stopped: gatehouse rollback N --yes, or gatehouse rollout --resume',
  'cli.still_going': 'gatehouse rollout --watch   goes on waiting',
  'notifier.name_taken': 'add --name with another name, or gatehouse node remove the old one',
  'rulesets.package_missing': 'scripts/install-deps run   installs the distribution’s rule set',
}

const parts_shown_max = 20

/** A failure in up to three lines: what failed, why, what to type next. */
export function explainFailure(error: unknown, json: boolean): string {
  if (!(error instanceof Fault)) {
    const stack = error instanceof Error ? error.stack : undefined
    return json
      ? JSON.stringify({ code: 'bug', title: messageOf(error) })
      : `bug: ${stack ?? messageOf(error)}`
  }
  const hint = next[error.code]
  const parts = error instanceof ApiProblem ? (error.problem.errors ?? []) : []
  if (json)
    return JSON.stringify({
      code: error.code,
      title: error.message,
      ...error.facts,
      ...(parts.length > 0 && { errors: parts }),
      ...(hint && { next: hint }),
    })
  const lines = [`error: ${error.message}`]
  for (const { path, message } of parts.slice(0, parts_shown_max))
    lines.push(`  ${path ? `${path}: ` : ''}${message}`)
  if (parts.length > parts_shown_max)
    lines.push(`  … and ${parts.length - parts_shown_max} more (--json has them all)`)
  // Many sentences end with what lies behind them.
  const { cause } = error
  if (cause instanceof Error && !error.message.includes(cause.message))
    lines.push(`  why: ${cause.message}`)
  if (hint) lines.push(`  next: ${hint}`)
  return lines.join('\n')
}
