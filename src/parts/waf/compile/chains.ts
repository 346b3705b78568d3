/** Chains of transformations as a tree of shared prefixes, so that each prefix is computed once per value. */
import { nearestName } from '#base/nearest.ts'
import type { Place } from '#parts/seclang/tree.ts'
import { wafFaults } from '../faults.ts'
import type { ChainNode } from '../program.ts'
import { type Kinds, kindsOfSet, noKinds, unionOf } from '../run/byte-kinds.ts'
import { transformationTriggers } from '../transformations/triggers.ts'
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
    const next = known ?? extended(node, context.chains.size + 1, name, transform)
    if (known === undefined) context.chains.set(key, next)
    node = next
  }
  return node
}

function extended(
  before: ChainNode,
  number: number,
  name: string,
  transform: (value: string) => string,
): ChainNode {
  const { isKnown, isDecoder, triggers, adds } = kindsOf(name.toLowerCase())
  const nodes: ChainNode[] = [...before.nodes]
  const node: ChainNode = {
    number,
    name,
    before,
    transform,
    is_always: before.is_always || !isKnown,
    triggers: unionOf(before.triggers, triggers),
    decoder_triggers: unionOf(before.decoder_triggers, isDecoder ? triggers : noKinds),
    adds: unionOf(before.adds, adds),
    nodes,
  }
  nodes.push(node)
  return node
}

/** The chain without transformations. */
export function emptyChain(): ChainNode {
  return {
    number: 0,
    name: 'none',
    before: undefined,
    transform: (value) => value,
    is_always: false,
    triggers: noKinds,
    decoder_triggers: noKinds,
    adds: noKinds,
    nodes: [],
  }
}

type TransformationKinds = {
  readonly isKnown: boolean
  readonly isDecoder: boolean
  readonly triggers: Kinds
  readonly adds: Kinds
}

/** By name in lower case: as many as there are transformations. */
const kindsByName = new Map<string, TransformationKinds>()

function kindsOf(name: string): TransformationKinds {
  const before = kindsByName.get(name)
  if (before !== undefined) return before
  const known = transformationTriggers.get(name)
  const kinds = {
    isKnown: known !== undefined,
    isDecoder: known?.adds === undefined,
    triggers: known === undefined ? noKinds : kindsOfBytes(known.bytes),
    adds: kindsOfBytes(known?.adds ?? ''),
  }
  kindsByName.set(name, kinds)
  return kinds
}

function kindsOfBytes(bytes: string): Kinds {
  return kindsOfSet((byte) => bytes.includes(String.fromCharCode(byte)))
}
