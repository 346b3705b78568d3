/** Chains of transformations as a tree of shared prefixes, so that each prefix is computed once per value. */
import { nearestName } from '#base/nearest.ts'
import type { Place } from '#parts/seclang/tree.ts'
import { wafFaults } from '../faults.ts'
import type { ChainNode } from '../program.ts'
import { transformations } from '../transformations.ts'
import type { LoadContext } from './context.ts'

export type NamedTransformation = { readonly place: Place; readonly name: string }

/** The node of a chain. `none` takes back what stands before it. Throws `waf.unknown_name`. */
export function chainOf(context: LoadContext, steps: readonly NamedTransformation[]): ChainNode {
  let node = context.chain_root
  for (const { place, name } of steps) {
    const lower = name.toLowerCase()
    if (lower === 'none') {
      node = context.chain_root
      continue
    }
    const transform = transformations.get(lower)
    if (transform === undefined) {
      const suggestion = nearestName(name, ['none', ...transformations.keys()]) ?? ''
      throw wafFaults.unknown_name({ ...place, kind: 'transformation', name, suggestion })
    }
    const key = `${node.number} ${lower}`
    const known = context.chains.get(key)
    const next = known ?? { number: context.chains.size + 1, name, before: node, transform }
    if (known === undefined) context.chains.set(key, next)
    node = next
  }
  return node
}
