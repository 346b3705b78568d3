/** The office (analytics, API, console) as a child process: started again when it dies; edges go on without it. */
import { type ChildProcess, fork } from 'node:child_process'
import type { World } from '#base/service.ts'
import { supervisorFaults } from '../faults.ts'
import type { Settings } from '../settings.ts'
import { childEnvironment } from './child-environment.ts'
import type { FirstLogin, FromOffice, ToOffice } from './messages.ts'
import { respawnDelay_ms } from './respawn.ts'

export type OfficeChild = AsyncDisposable & {
  /** Resolves when API and console answer for the first time. */
  readonly ready: Promise<{ readonly url: string; readonly first_login?: FirstLogin }>
  tellSites(sites: Settings['sites']): void
}

const stop_after_ms = 10_000

export function officeChild(
  main: string,
  first: Settings,
  version: string,
  world: World,
): OfficeChild {
  const { clock, log } = world
  const ready = Promise.withResolvers<{ url: string; first_login?: FirstLogin }>()
  let settings = first
  let restarts = 0
  let stopping = false
  let child: ChildProcess | undefined

  function start(): void {
    const started_at = clock.elapsed()
    const running = fork(main, [], {
      env: { ...process.env, ...childEnvironment('office', first.state_dir) },
    })
    child = running
    running.on('error', (error) => log.trouble('office.pipe_failed', error))
    running.on('message', (message: FromOffice) => {
      if (message.kind === 'failed')
        log.trouble('office.not_started', supervisorFaults.office_refused(message))
      else {
        log.event('office.started', { pid: running.pid, url: message.url })
        ready.resolve(message)
      }
    })
    running.once('exit', (code, signal) => {
      if (stopping) return
      restarts++
      const wait_ms = respawnDelay_ms(clock.elapsed() - started_at, restarts)
      log.trouble('office.died', supervisorFaults.office_died({ how: signal ?? `exit ${code}` }), {
        restarts,
        wait_ms,
      })
      clock.after(wait_ms, () => !stopping && start())
    })
    running.send({ kind: 'start', settings, version } satisfies ToOffice)
  }

  start()
  return {
    ready: ready.promise,
    tellSites(sites) {
      settings = { ...settings, sites }
      if (child?.connected) child.send({ kind: 'sites', sites } satisfies ToOffice)
    },
    async [Symbol.asyncDispose]() {
      stopping = true
      const last = child
      if (!last || last.exitCode !== null || last.signalCode !== null) return
      const gone = new Promise<void>((resolve) => last.once('exit', () => resolve()))
      if (last.connected) last.send({ kind: 'stop' } satisfies ToOffice, () => {})
      const patience = clock.after(stop_after_ms, () => last.kill('SIGKILL'))
      await gone
      patience[Symbol.dispose]()
    },
  }
}
