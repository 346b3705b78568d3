/** `gatehouse doctor`: what is wrong with this node, why that matters, and what to do. */
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { systemClock } from '#base/clock.ts'
import { Fault } from '#base/fault.ts'
import type { SettingsProblem } from '#base/settings.ts'
import type { NodeIdentity } from '#parts/identity/node-identity.ts'
import type { Patient } from '../doctor/finding.ts'
import type { Told } from '../doctor.ts'
import { Exit, exit } from '../exit.ts'
import { clusterView, type GlobalOptions, nodeStatus } from '../local.ts'
import type { Output } from '../output.ts'
import { loadSettings, Settings, settingsFile } from '../settings.ts'

/** How long our own status may take. */
const admission_ms = 2000

type Options = GlobalOptions & { readonly quiet?: true }

export function doctor(program: Command, output: Output): void {
  program
    .command('doctor')
    .description('check this node and say what to do; exit code 0 all well, 1 warnings, 2 critical')
    .option('-q, --quiet', 'only what is not well')
    .addHelpText(
      'after',
      `
Examples:
  gatehouse doctor
  gatehouse doctor --quiet || mail -s "gatehouse on $(hostname)" ops < /dev/null
  gatehouse doctor --json | jq -r '.findings[] | select(.level == "critical").sentence'`,
    )
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>()
      // Certificates and rule sets take libraries that no other verb should wait for.
      const { examine } = await import('../doctor.ts')
      const patient = await admit(settingsFile(options.settings))
      const findings = await examine(patient)
      const shown = options.quiet ? findings.filter((one) => one.level !== 'ok') : findings
      const worst = worstOf(findings)
      if (options.json) output.json({ level: worst, findings: shown })
      else print(shown, findings, output)
      // Said even when all is well: a name server that hangs must not keep the command from ending.
      throw new Exit({ ok: exit.ok, warning: 1, critical: 2 }[worst])
    })
}

/** Everything that checks need to know, as far as it can be found. */
async function admit(file: string): Promise<Omit<Patient, 'signal'>> {
  const { settings, problems } = settingsAsFarAs(file)
  const [status, view] = await Promise.all([
    orNothing(nodeStatus(settings)),
    orNothing(clusterView(settings)),
  ])
  const { identity, trouble } = await identityOf(settings.state_dir)
  const nodes = view?.nodes ?? []
  const now_ms = systemClock.now()
  return { file, settings, problems, status, nodes, identity, identity_trouble: trouble, now_ms }
}

/** A broken or missing file is a finding, and no reason to look at nothing else. */
function settingsAsFarAs(file: string): {
  settings: Settings
  problems: readonly SettingsProblem[]
} {
  let raw: { state_dir?: unknown; edge?: { admin?: unknown } } = {}
  let problems: readonly SettingsProblem[] = []
  try {
    const result = loadSettings(file)
    if (result.kind === 'ok') return { settings: result.data, problems: [] }
    problems = result.problems
    raw = (result.raw ?? {}) as typeof raw
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    problems = [{ file, line: 0, column: 0, path: '', message: error.message }]
  }
  const least = Settings.safeParse({
    ...(typeof raw.state_dir === 'string' && { state_dir: resolve(file, '..', raw.state_dir) }),
    ...(typeof raw.edge?.admin === 'string' && { edge: { admin: raw.edge.admin } }),
  })
  return { settings: least.success ? least.data : Settings.parse({}), problems }
}

async function identityOf(state_dir: string): Promise<{
  readonly identity: NodeIdentity | undefined
  readonly trouble: string | undefined
}> {
  const { readIdentity } = await import('#parts/identity/node-identity.ts')
  try {
    return { identity: readIdentity(join(state_dir, 'identity')), trouble: undefined }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { identity: undefined, trouble: error.message }
  }
}

/** A part of us that hangs is as good as none. */
async function orNothing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await Promise.race([asked, systemClock.sleep(admission_ms).then(() => undefined)])
  } catch (error) {
    if (error instanceof Fault) return undefined
    throw error
  }
}

function worstOf(findings: readonly Told[]): Told['level'] {
  const levels = new Set(findings.map((one) => one.level))
  return levels.has('critical') ? 'critical' : levels.has('warning') ? 'warning' : 'ok'
}

function print(shown: readonly Told[], all: readonly Told[], output: Output): void {
  const { green, yellow, red, dim } = output.colors
  const marks = { ok: green('ok      '), warning: yellow('warning '), critical: red('critical') }
  for (const { check, level, sentence, why, fix } of shown) {
    output.line(`${marks[level]}  ${check.padEnd(12)}  ${sentence}`)
    const indent = ' '.repeat(24)
    if (why) output.line(dim(`${indent}why: ${why}`))
    if (fix) output.line(`${indent}fix: ${fix}`)
  }
  const count = (level: Told['level']) => all.filter((one) => one.level === level).length
  const [critical, warnings] = [count('critical'), count('warning')]
  if (critical + warnings > 0) output.line()
  output.line(
    critical + warnings === 0
      ? 'All is well.'
      : `${critical} critical, ${warnings} warning${warnings === 1 ? '' : 's'}`,
  )
}
