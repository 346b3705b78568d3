/** The Gatehouse that runs on this machine, as a verb reaches it: its API by socket, its edge by the admin port. */
import { get } from 'node:http'
import { join } from 'node:path'
import type { Command } from 'commander'
import { Fault, messageOf } from '#base/fault.ts'
import { invalidSettings } from '#base/settings.ts'
import { type NodeStatus, NodeStatus as NodeStatusSchema } from '#model/node.ts'
import { type ApiClient, apiClient } from '#parts/client/client.ts'
import { unixTransport } from '#parts/client/unix-transport.ts'
import { cliFaults } from './faults.ts'
import { loadSettings, type Settings, settingsFile } from './settings.ts'

export type GlobalOptions = { readonly settings?: string; readonly json?: boolean }

/** The settings that a command line means; throws when they do not hold. */
export function settingsOf(command: Command): {
  readonly file: string
  readonly settings: Settings
} {
  const file = settingsFile(command.optsWithGlobals<GlobalOptions>().settings)
  const result = loadSettings(file)
  if (result.kind === 'invalid') throw invalidSettings(result.problems)
  return { file, settings: result.data }
}

/** Asks the API of this machine through its socket. Throws cli.not_running when nothing answers. */
export async function withApi<T>(
  settings: Settings,
  ask: (api: ApiClient) => Promise<T>,
): Promise<T> {
  const socket = join(settings.state_dir, 'gatehouse.sock')
  await using transport = unixTransport(socket)
  try {
    return await ask(apiClient(transport.send))
  } catch (error) {
    if (error instanceof Fault && error.code === 'client.unreachable') {
      throw cliFaults.not_running({ why: `nothing answers on ${socket}` }, { cause: error })
    }
    throw error
  }
}

/** Asks the admin port of the edge: works also while API and database are away. */
export function nodeStatus(settings: Settings): Promise<NodeStatus> {
  const url = `http://${settings.edge.admin}/gatehouse-status`
  return new Promise((resolve, reject) => {
    const fail = (why: string, cause?: unknown) => reject(cliFaults.not_running({ why }, { cause }))
    const asked = get(url, { timeout: 5000 }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => {
        text += chunk
      })
      answer.on('end', () => {
        const data: unknown = answer.statusCode === 200 ? JSON.parse(text) : undefined
        const checked = NodeStatusSchema.safeParse(data)
        if (checked.success) resolve(checked.data)
        else fail(`${url} answered ${answer.statusCode} with something else than a status`)
      })
    })
    asked.once('timeout', () => asked.destroy(new Error('no answer within 5 seconds')))
    asked.once('error', (error) => fail(`${url}: ${messageOf(error)}`, error))
  })
}
