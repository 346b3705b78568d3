/** `gatehouse node list`: all nodes and how each of them is. */
import type { Command } from 'commander'
import type { NodeView } from '#model/node-view.ts'
import { type GlobalOptions, settingsOrLeast } from '../../local.ts'
import type { Output } from '../../output.ts'
import { agedNote, ago, knownNodes } from './find.ts'

const head = [
  'NAME',
  'GROUP',
  'ROLES',
  'SYNC',
  'CONNECTION',
  'COMMITTING',
  'BUNDLE',
  'TOOK',
  'LAST CONNECTION',
  'VERSION',
]

export function list(nodes: Command, output: Output): void {
  nodes
    .command('list')
    .description('list all nodes with their states; works on every node')
    .addHelpText(
      'after',
      '\nExamples:\n  gatehouse node list\n  gatehouse node list --json | jq -r \'.nodes[] | select(.sync_status != "in_sync").name\'',
    )
    .action(async (_options: unknown, command: Command) => {
      const { settings } = settingsOrLeast(command, output)
      const { nodes, at } = await knownNodes(settings)
      const sorted = nodes.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
      if (command.optsWithGlobals<GlobalOptions>().json)
        return output.json({ nodes: sorted, at: at ?? null })
      await output.table(head, sorted.map(rowOf))
      for (const one of sorted) {
        if (one.refusal) output.note(`${one.name} refused its bundle: ${one.refusal.message}`)
      }
      const note = agedNote(at)
      if (note) output.note(note)
    })
}

function keyOf(node: NodeView): string {
  return `${node.group}\0${node.name}`
}

/** States as people read them: `in sync`. */
export function words(state: string): string {
  return state.replaceAll('_', ' ')
}

export function took(took_ms: number | null): string {
  return took_ms === null ? '-' : `${Math.round(took_ms)} ms`
}

function rowOf(node: NodeView): string[] {
  return [
    node.name,
    node.group || '-',
    node.roles.join(','),
    words(node.sync_status),
    words(node.connection_status),
    words(node.committing_status),
    node.bundle || '-',
    took(node.took_ms),
    node.last_connection_at ? ago(node.last_connection_at) : 'never',
    node.version,
  ]
}
