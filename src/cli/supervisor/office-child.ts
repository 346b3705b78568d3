/** The office (analytics, API, console) as a child process: started again when it dies; edges go on without it. */
import { type ChildProcess, fork } from 'node:child_process'
import { Fault } from '#base/fault.ts'
import type { World } from '#base/service.ts'
import type { SystemEvent } from '#model/event.ts'
import { supervisorFaults } from '../faults.ts'
import type { FilePolicy } from '../policy.ts'
import type { Settings } from '../settings.ts'
import { childEnvironment } from './child-environment.ts'
import type { FirstLogin, FromOffice, ToOffice } from './messages.ts'
import { respawnDelay_ms } from './respawn.ts'

export type OfficeChild = AsyncDisposable & {
  /** Resolves when API and console answer for the first time. */
  readonly ready: Promise<OfficeReady>
  tellSites(sites: Settings['sites']): void
  /** Ids of all nodes that were cut off: nothing of theirs is taken any more. */
  tellRevoked(node_ids: readonly string[]): void
  /**
   * Makes a commit of what the settings file says, unless it said the same the last time.
   * @throws what publishing refused it with; supervisor.office_away
   */
  commitFile(policy: FilePolicy): Promise<FileCommit>
}

export type OfficeReady = { readonly url: string; readonly first_login?: FirstLogin }
export type FileCommit = { readonly revision: number; readonly is_changed: boolean }

const stop_after_ms = 10_000
/** The largest policies take seconds to check. */
const commit_within_ms = 60_000

export function officeChild(
  main: string,
  first: Settings,
  version: string,
  onEvent: (event: SystemEvent) => void,
  world: World,
): OfficeChild {
  const { clock, log } = world
  const ready = Promise.withResolvers<OfficeReady>()
  let settings = first
  let restarts = 0
  let stopping = false
  let is_ready = false
  let child: ChildProcess | undefined
  let revoked: readonly string[] = []
  let commit: (PromiseWithResolvers<FileCommit> & { readonly id: number }) | undefined
  let asked = 0

  function hear(message: FromOffice, pid: number | undefined): void {
    switch (message.kind) {
      case 'failed':
        log.trouble('office.not_started', supervisorFaults.office_refused(message))
        return
      case 'ready':
        is_ready = true
        log.event('office.started', { pid, url: message.url })
        ready.resolve(message)
        return
      case 'file_policy_done':
        if (commit?.id === message.id)
          commit.resolve({ revision: message.revision, is_changed: message.is_changed })
        return
      case 'file_policy_failed':
        if (commit?.id === message.id) commit.reject(new Fault(message.code, message.message, {}))
        return
      case 'event':
        onEvent(message.event)
        return
      default:
        message satisfies never
    }
  }

  function start(): void {
    const started_at = clock.elapsed()
    const running = fork(main, [], {
      env: { ...process.env, ...childEnvironment('office', first.state_dir) },
    })
    child = running
    running.on('error', (error) => log.trouble('office.pipe_failed', error))
    running.on('message', (message: FromOffice) => hear(message, running.pid))
    running.once('exit', (code, signal) => {
      is_ready = false
      commit?.reject(supervisorFaults.office_away({ state: 'analytics, API and console died' }))
      if (stopping) return
      restarts++
      const wait_ms = respawnDelay_ms(clock.elapsed() - started_at, restarts)
      log.trouble('office.died', supervisorFaults.office_died({ how: signal ?? `exit ${code}` }), {
        restarts,
        wait_ms,
      })
      clock.after(wait_ms, () => !stopping && start())
    })
    running.send({ kind: 'revoked', node_ids: revoked } satisfies ToOffice)
    running.send({ kind: 'start', settings, version } satisfies ToOffice)
  }

  start()
  return {
    ready: ready.promise,
    tellSites(sites) {
      settings = { ...settings, sites }
      if (child?.connected) child.send({ kind: 'sites', sites } satisfies ToOffice)
    },
    tellRevoked(node_ids) {
      revoked = node_ids
      if (child?.connected) child.send({ kind: 'revoked', node_ids } satisfies ToOffice)
    },
    async commitFile(policy) {
      if (!is_ready || child?.connected !== true)
        throw supervisorFaults.office_away({ state: 'analytics, API and console are not there' })
      // One at a time: whoever asks again takes the place of whoever asked before.
      commit?.reject(supervisorFaults.office_away({ state: 'the file was read again meanwhile' }))
      const mine = { ...Promise.withResolvers<FileCommit>(), id: ++asked }
      commit = mine
      using _patience = clock.after(commit_within_ms, () =>
        mine.reject(supervisorFaults.office_away({ state: 'no answer within 60 seconds' })),
      )
      child.send({ kind: 'file_policy', id: mine.id, policy } satisfies ToOffice, () => {})
      try {
        return await mine.promise
      } finally {
        if (commit === mine) commit = undefined
      }
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
