/** ★ The only entry point: the `gatehouse` command, and the processes that its supervisor starts. */
import { exitCodeOf } from './exit.ts'
import { realWorld } from './world.ts'

async function main(): Promise<void> {
  const kind = process.env['GATEHOUSE_PROCESS']
  if (kind === 'edge' || kind === 'office') return runChild(kind)
  const { runCommand } = await import('./command.ts')
  await runCommand(process.argv)
}

/** A child ignores what a terminal sends to the whole group: its supervisor tells it when to stop. */
async function runChild(kind: 'edge' | 'office'): Promise<void> {
  delete process.env['GATEHOUSE_PROCESS']
  process.title = `gatehouse ${kind}`
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
  const world = realWorld('event', new AbortController().signal)
  if (kind === 'edge') {
    const { runEdgeProcess } = await import('./supervisor/edge-process.ts')
    await runEdgeProcess(world)
  } else {
    const { runOfficeProcess } = await import('./supervisor/office-process.ts')
    await runOfficeProcess(world)
  }
  process.exit()
}

main().catch((error: unknown) => {
  console.error(error)
  process.exit(exitCodeOf(error))
})
