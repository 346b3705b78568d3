/** Nodes by name, from the API where there is one, else as this machine last heard of them. */
import { systemClock } from '#base/clock.ts'
import { Fault } from '#base/fault.ts'
import type { NodeView } from '#model/node-view.ts'
import { cliFaults } from '../../faults.ts'
import { clusterView, type Reach, withApi } from '../../local.ts'

export type Known = {
  readonly nodes: readonly NodeView[]
  /** When a policy server said so; undefined: this moment. */
  readonly at: string | undefined
}

/** Throws cli.not_running when nothing of Gatehouse answers on this machine. */
export async function knownNodes(settings: Reach): Promise<Known> {
  try {
    const { nodes } = await withApi(settings, (api) => api.call('GET /api/v1/nodes'))
    return { nodes: nodes.map(({ status: _, ...node }) => node), at: undefined }
  } catch (error) {
    if (!(error instanceof Fault && error.code === 'cli.not_running')) throw error
    const { nodes, at } = await clusterView(settings)
    if (at !== null) return { nodes, at }
    const why = 'it has no API, and has not heard of its cluster yet'
    throw cliFaults.not_running({ why }, { cause: error })
  }
}

/** @throws cli.no_node */
export function nodeNamed(name: string, nodes: readonly NodeView[]): NodeView {
  const found = nodes.find((one) => one.name === name || one.id === name)
  if (found) return found
  throw cliFaults.no_node({ name, known: nodes.map((one) => one.name).join(', ') || 'none' })
}

/** What to say about knowledge that is not of this moment. */
export function agedNote(at: string | undefined): string | undefined {
  if (at === undefined) return undefined
  return `As a policy server told this machine ${ago(at)}; changes are made on a policy server.`
}

/** `3 s ago`, `5 min ago`, `2 h ago`, `4 d ago`. */
export function ago(at: string, now_ms = systemClock.now()): string {
  const seconds = Math.max(0, Math.round((now_ms - Date.parse(at)) / 1000))
  if (seconds < 120) return `${seconds} s ago`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min ago`
  return seconds < 172_800
    ? `${Math.round(seconds / 3600)} h ago`
    : `${Math.round(seconds / 86_400)} d ago`
}
