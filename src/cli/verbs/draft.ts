/** `gatehouse draft`: changes that are tried before they are committed. A table of what one can do with them; each is a file in draft/. */
import type { Command } from 'commander'
import type { Output } from '../output.ts'
import { checkVerb } from './draft/check.ts'
import { edit } from './draft/edit.ts'
import { list } from './draft/list.ts'
import { rebase } from './draft/rebase.ts'
import { create, discard, set, show } from './draft/write.ts'

export function draft(program: Command, output: Output): void {
  const drafts = program
    .command('draft')
    .description('drafts of the policy: list, new, show, edit, set, check, rebase, discard')
    .addHelpText(
      'after',
      `
Examples:
  gatehouse draft new 'shop: block mode'
  gatehouse draft edit
  gatehouse draft check
  gatehouse replay && gatehouse commit -m 'shop: block mode'`,
    )
  for (const add of [list, create, show, edit, set, checkVerb, rebase, discard]) add(drafts, output)
}
