/** `gatehouse node`: the machines of the cluster. A table of what one can do with them; each is a file in node/. */
import type { Command } from 'commander'
import type { Output } from '../output.ts'
import { changes } from './node/change.ts'
import { invite } from './node/invite.ts'
import { list } from './node/list.ts'
import { show } from './node/show.ts'

export function node(program: Command, output: Output): void {
  const nodes = program
    .command('node')
    .description('nodes of the cluster: invite, list, show, group, revoke, remove')
    .addHelpText(
      'after',
      `
Examples:
  gatehouse node invite --roles edge --group berlin --ttl 15m
  gatehouse node list
  gatehouse node show edge-2
  gatehouse node group edge-2 hamburg
  gatehouse node revoke edge-2 --yes`,
    )
  for (const add of [invite, list, show, changes]) add(nodes, output)
}
