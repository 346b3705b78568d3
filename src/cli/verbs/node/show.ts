/** `gatehouse node show`: all that is known of one node. */
import type { Command } from 'commander'
import type { NodeView } from '#model/node-view.ts'
import { type GlobalOptions, settingsOrLeast } from '../../local.ts'
import type { Output } from '../../output.ts'
import { agedNote, ago, knownNodes, nodeNamed } from './find.ts'
import { took, words } from './list.ts'

export function show(nodes: Command, output: Output): void {
  nodes
    .command('show')
    .description('show all that is known of one node; works on every node')
    .argument('<name>')
    .addHelpText('after', '\nExamples:\n  gatehouse node show edge-2')
    .action(async (name: string, _options: unknown, command: Command) => {
      const { settings } = settingsOrLeast(command, output)
      const { nodes, at } = await knownNodes(settings)
      const found = nodeNamed(name, nodes)
      if (command.optsWithGlobals<GlobalOptions>().json) return output.json(found)
      for (const [label, value] of fieldsOf(found)) output.line(`${label.padEnd(22)}${value}`)
      const note = agedNote(at)
      if (note) output.note(note)
    })
}

function fieldsOf(node: NodeView): (readonly [label: string, value: string])[] {
  return [
    ['Name', node.name],
    ['Id', node.id],
    ['Group', node.group || '-'],
    ['Roles', node.roles.join(', ')],
    ['Address', node.address],
    ['Version', `${node.version}, protocol ${node.protocol}`],
    ['Sync Status', words(node.sync_status)],
    ['Connection Status', words(node.connection_status)],
    ['Committing Status', words(node.committing_status)],
    ['Replication Status', words(node.replication_status)],
    ['Last Connection Time', node.last_connection_at ?? 'never'],
    ['Bundle', node.bundle ? `${node.bundle}, took ${took(node.took_ms)}` : '-'],
    ...(node.refusal
      ? ([['Refused', `${node.refusal.message} (${node.refusal.code})`]] as const)
      : []),
    ['IP lists', `revision ${node.lists_revision}`],
    ['Clock', `${node.clock_skew_ms} ms off`],
    ['Requests', `${node.requests_per_s.toFixed(1)}/s, ${node.blocked_per_s.toFixed(1)}/s blocked`],
    ['Joined', `${node.joined_at} (${ago(node.joined_at)})`],
    ['Certificate until', node.certificate_expires_at],
  ]
}
