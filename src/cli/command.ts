/** The `gatehouse` command: global flags, verbs, and how failures end. */
import { Command } from 'commander'
import { Exit, exit, exitCodeOf } from './exit.ts'
import { explainFailure, terminalOutput } from './output.ts'
import { addRemoteOptions } from './remote.ts'
import { verbs } from './verbs.ts'
import { version } from './version.ts'

/** The whole command tree; `completion` reads it too. */
export function program(output = terminalOutput()): Command {
  const root = new Command('gatehouse')
    .description('A highly available web security gateway')
    .version(version, '-V, --version')
    .option(
      '--settings <file>',
      'settings file (default: ./gatehouse.yaml, else /etc/gatehouse/gatehouse.yaml)',
    )
    .option('--json', 'print JSON')
    .showHelpAfterError('(gatehouse --help shows all commands)')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', examples)
    .exitOverride((stop) => {
      throw new Exit(stop.exitCode === 0 ? exit.ok : exit.usage)
    })
  addRemoteOptions(root)
  for (const verb of verbs) verb(root, output)
  inheritExit(root)
  return root
}

const examples = `
Examples:
  gatehouse up --site shop.example --to http://127.0.0.1:3000
  gatehouse test attack
  gatehouse why 0192f3c1-7a52-7c3e-9d0e-6b1f0c2d3e4f

Exit codes: 0 ok, 1 failed, 2 usage, 3 not running, 4 not found, 5 no permission, 6 conflict, 7 unreachable, 8 refused`

function inheritExit(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command)
    inheritExit(child)
  }
}

/** Runs one command line and ends the process with its exit code. */
export async function runCommand(argv: readonly string[]): Promise<void> {
  const root = program()
  // `gatehouse attacks | head` closes the pipe early: that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? exit.ok : exit.failed)
  })
  try {
    await root.parseAsync([...argv])
  } catch (error) {
    if (!(error instanceof Exit))
      process.stderr.write(`${explainFailure(error, argv.includes('--json'))}\n`)
    process.exit(exitCodeOf(error))
  }
}
