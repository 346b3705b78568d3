/** Gatehouse as a verb reaches it: the API by the local socket or of another machine, the edge by its admin port. */
import { readFileSync } from 'node:fs'
import { get } from 'node:http'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { Fault, messageOf } from '#base/fault.ts'
import { z } from '#base/schema.ts'
import { invalidSettings } from '#base/settings.ts'
import { type NodeStatus, NodeStatus as NodeStatusSchema } from '#model/node.ts'
import { type NodeView, NodeView as NodeViewSchema } from '#model/node-view.ts'
import { type ApiClient, apiClient } from '#parts/client/client.ts'
import { type Remote, remoteTransport } from '#parts/client/remote-transport.ts'
import { unixTransport } from '#parts/client/unix-transport.ts'
import { cliFaults } from './faults.ts'
import type { Output } from './output.ts'
import { type RemoteOptions, remoteOf } from './remote.ts'
import { loadSettings, Settings, settingsFile } from './settings.ts'
import { pidFile } from './supervisor/pid-file.ts'

export type GlobalOptions = RemoteOptions & { readonly settings?: string; readonly json?: boolean }

/** What a command line means: settings, and another machine to ask when it names one. */
export type Reach = Settings & { readonly remote?: Remote }

/** The settings that a command line means; throws when they do not hold. */
export function settingsOf(command: Command): {
  readonly file: string
  readonly settings: Reach
} {
  const file = settingsFile(command.optsWithGlobals<GlobalOptions>().settings)
  const remote = remoteOf(command.optsWithGlobals<GlobalOptions>())
  // Whoever asks another machine needs no Gatehouse on this one.
  if (remote) return { file, settings: { ...Settings.parse({}), remote } }
  const result = loadSettings(file)
  if (result.kind === 'invalid') throw invalidSettings(result.problems)
  return { file, settings: result.data }
}

/**
 * For verbs that only look: a file that was broken while Gatehouse runs must not hide how it runs. Says what is wrong and
 * goes on with where state and admin port are, as far as the file tells.
 */
export function settingsOrLeast(command: Command, output: Output): { readonly settings: Reach } {
  if (command.optsWithGlobals<GlobalOptions>().server !== undefined) return settingsOf(command)
  const file = settingsFile(command.optsWithGlobals<GlobalOptions>().settings)
  const result = loadSettings(file)
  if (result.kind === 'ok') return { settings: result.data }
  const raw = (result.raw ?? {}) as { state_dir?: unknown; edge?: { admin?: unknown } }
  const least = {
    ...(typeof raw.state_dir === 'string' && { state_dir: resolve(file, '..', raw.state_dir) }),
    ...(typeof raw.edge?.admin === 'string' && { edge: { admin: raw.edge.admin } }),
  }
  const settings = Settings.safeParse(least)
  if (!settings.success) throw invalidSettings(result.problems)
  output.note(
    `warning: ${invalidSettings(result.problems).message}; what runs is shown as far as it can be found`,
  )
  return { settings: settings.data }
}

/** What `/readyz` finds wanting, a line each; empty when all is well. */
export async function notReady(settings: Settings): Promise<string[]> {
  const { text } = await ask(`http://${settings.edge.admin}/readyz?verbose`)
  return text
    .split('\n')
    .filter((line) => /^\[[~-]\]/.test(line))
    .map((line) => line.slice(3))
}

/**
 * Asks the API: of the server that the command line names, else of this machine through its socket.
 * Throws client.unreachable, cli.not_running when nothing answers.
 */
export async function withApi<T>(
  settings: Reach,
  ask: (api: ApiClient) => Promise<T>,
  /** How long one call may take. */
  { timeout_ms }: { readonly timeout_ms?: number } = {},
): Promise<T> {
  const patience = timeout_ms === undefined ? undefined : { timeout_ms }
  if (settings.remote) {
    await using far = remoteTransport(settings.remote, patience)
    return await ask(apiClient(far.send))
  }
  const socket = join(settings.state_dir, 'gatehouse.sock')
  await using transport = unixTransport(socket, patience)
  try {
    return await ask(apiClient(transport.send))
  } catch (error) {
    if (error instanceof Fault && error.code === 'client.unreachable') {
      throw cliFaults.not_running({ why: `nothing answers on ${socket}` }, { cause: error })
    }
    throw error
  }
}

/** For what only policy servers know: other nodes say where to ask. @throws cli.no_api there, and all of `withApi` */
export async function onPolicyServer<T>(
  settings: Reach,
  ask: (api: ApiClient) => Promise<T>,
  patience: { readonly timeout_ms?: number } = {},
): Promise<T> {
  try {
    return await withApi(settings, ask, patience)
  } catch (error) {
    if (!(error instanceof Fault && error.code === 'cli.not_running')) throw error
    // Loaded only now: reading certificates takes a library that no other verb needs.
    const { readIdentity } = await import('#parts/identity/node-identity.ts')
    const identity = readIdentity(join(settings.state_dir, 'identity'))
    if (!identity || identity.roles.includes('policy')) {
      const pid = runningPid(settings.state_dir)
      // Whoever is told to start it would start a second one.
      throw pid === undefined ? error : cliFaults.api_away({ pid }, { cause: error })
    }
    const servers = identity.policy_servers.join(', ')
    throw cliFaults.no_api({ name: identity.name, servers }, { cause: error })
  }
}

/** The supervisor that runs on this state directory; undefined when none does. */
function runningPid(state_dir: string): number | undefined {
  try {
    const pid = Number(readFileSync(pidFile(state_dir), 'utf8'))
    process.kill(pid, 0)
    return pid
  } catch (error) {
    // It runs, and belongs to somebody else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return undefined
    return Number(readFileSync(pidFile(state_dir), 'utf8'))
  }
}

/** Asks the admin port of the edge: works also while API and database are away. */
export async function nodeStatus(settings: Settings): Promise<NodeStatus> {
  const url = `http://${settings.edge.admin}/gatehouse-status`
  const { status, text } = await ask(url)
  const checked = NodeStatusSchema.safeParse(status === 200 ? JSON.parse(text) : undefined)
  if (checked.success) return checked.data
  throw cliFaults.not_running({
    why: `${url} answered ${status} with something else than a status`,
  })
}

/** The cluster as this machine last heard of it, from the admin port: works on nodes that have no API. */
export async function clusterView(
  settings: Settings,
): Promise<{ readonly nodes: readonly NodeView[]; readonly at: string | null }> {
  const url = `http://${settings.edge.admin}/cluster`
  const { status, text } = await ask(url)
  const checked = ClusterView.safeParse(status === 200 ? JSON.parse(text) : undefined)
  if (checked.success) return checked.data
  throw cliFaults.not_running({ why: `${url} answered ${status} with something else than nodes` })
}

const ClusterView = z.object({
  nodes: z.array(NodeViewSchema).default([]),
  at: z.iso.datetime().nullable().default(null),
})

function ask(url: string): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const asked = get(url, { timeout: 5000 }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => {
        text += chunk
      })
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }))
    })
    asked.once('timeout', () => asked.destroy(new Error('no answer within 5 seconds')))
    asked.once('error', (cause) =>
      reject(cliFaults.not_running({ why: `${url}: ${messageOf(cause)}` }, { cause })),
    )
  })
}
