/** What an action is. */
import type { ActionNode } from '#parts/seclang/tree.ts'
import type { LoadContext } from '../compile/context.ts'
import type { Draft } from '../compile/draft.ts'
import { wafFaults } from '../faults.ts'

export type Action = {
  readonly argument: 'none' | 'required' | 'optional'
  /** Only the first rule of a chain may carry it. */
  readonly is_for_head: boolean
  /** Writes into the draft what the action means. Throws `waf.*` faults. */
  apply(draft: Draft, argument: string, node: ActionNode, context: LoadContext): void
}

export function badArgument(node: ActionNode, expected: string) {
  const { place, name, argument = '' } = node
  return wafFaults.bad_argument({ ...place, kind: 'action', name, value: argument, expected })
}

/** A whole number within bounds. */
export function integerIn(node: ActionNode, low: number, high: number): number {
  const number = /^\d+$/.test(node.argument ?? '') ? Number(node.argument) : Number.NaN
  if (!(number >= low && number <= high)) {
    throw badArgument(node, `a whole number from ${low} to ${high}`)
  }
  return number
}
