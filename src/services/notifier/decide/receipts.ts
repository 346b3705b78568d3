/** What became of the offers of a wave. */
import {
  type Facts,
  type Failure,
  isAhead,
  type NodeFacts,
  type RolloutPlan,
  type Wave,
  type WaveNode,
} from '../plan.ts'

/** A wave whose nodes come and go ends after so many receipt timeouts. */
const patience = 3

/** Said of nodes that were revoked or removed meanwhile. */
export const left = 'no longer in the cluster'

/** Brings the node's line in its wave up to date. */
export function noteNode(
  node: WaveNode,
  fact: NodeFacts | undefined,
  wave: Wave,
  plan: RolloutPlan,
  now_ms: number,
): void {
  if (!fact) {
    node.state = 'absent'
    node.message = left
    return
  }
  if (fact.enforced?.id === plan.bundle_id) {
    node.state = 'applied'
    node.took_ms = fact.took_ms
    node.message = ''
    node.from ??= fact.counters
    return
  }
  if (isAhead(fact, { id: plan.bundle_id, revision: plan.revision })) {
    // Nothing is wrong with the policy: it holds nobody up.
    node.state = 'absent'
    node.message = `ran revision ${fact.floor}, which this database does not know`
    return
  }
  if (wave.state === 'waiting') return
  if (fact.refusal?.bundle_id === plan.bundle_id) {
    node.state = 'refused'
    node.message = `${fact.refusal.message} (${fact.refusal.code})`
  } else if (fact.is_connected) {
    if (plan.state !== 'running' && plan.state !== 'done') return
    // What was said over a line that broke may never have arrived.
    if (node.state !== 'offered' || node.line !== fact.line) node.offered_ms = now_ms
    node.line = fact.line
    node.state = 'offered'
    node.message = ''
  } else if (node.state === 'waiting') {
    node.state = 'absent'
  } else if (node.state === 'offered') {
    node.message = 'went away'
  }
}

type Verdict =
  | { readonly kind: 'waiting'; readonly why: string }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'complete'; readonly applied: number }

/** Have all nodes of the running wave told? Those that are away hold nothing up. */
export function verdictOnReceipts(
  plan: RolloutPlan,
  wave: Wave,
  nodes: ReadonlyMap<string, NodeFacts>,
  facts: Facts,
): Verdict {
  const { receipt_timeout } = facts.commit.rollout
  const is_too_long = facts.now_ms - (wave.started_ms ?? 0) >= receipt_timeout * patience
  const refused = wave.nodes.find((node) => node.state === 'refused')
  if (refused) return { kind: 'failed', failure: refusalOf(refused, nodes) }
  const open: string[] = []
  for (const node of wave.nodes) {
    if (node.state !== 'offered') continue
    const is_over = is_too_long || facts.now_ms - (node.offered_ms ?? 0) >= receipt_timeout
    if (!is_over) {
      open.push(node.name)
    } else if (nodes.get(node.id)?.is_connected) {
      const s = receipt_timeout / 1000
      return failed('silent', `${node.name} is connected but sent no receipt within ${s} s`)
    } else {
      node.state = 'absent'
      node.message = 'went away before it told'
    }
  }
  if (open.length > 0) return { kind: 'waiting', why: waitingSentence(wave, open) }
  const applied = wave.nodes.filter((node) => node.state === 'applied').length
  const gone = wave.nodes.find((node) => node.state === 'absent' && node.offered_ms !== null)
  // A bundle that kills its first nodes must not go on to the next ones.
  if (applied === 0 && gone && hasNext(plan, wave, nodes)) {
    return failed('lost', `${gone.name} went away with it, and no other node is left to tell`)
  }
  return { kind: 'complete', applied }
}

/** What a policy itself can be guilty of; all else is the node's trouble: a full disk, a worker that died. */
const policy_fault = /^(enforcement|waf|seclang|regex)\./

/** Names who it was: a stolen node can say this of every policy, until it is revoked. */
export function refusalOf(node: WaveNode, nodes: ReadonlyMap<string, NodeFacts>): Failure {
  const fact = nodes.get(node.id)
  const why = `${node.message}${ifUntrue(fact)}`
  if (policy_fault.test(fact?.refusal?.code ?? ''))
    return { cause: 'refused', sentence: `${node.name} refused it: ${why}` }
  const todo = `mend ${node.name}, then type gatehouse rollout --resume`
  return { cause: 'unable', sentence: `${node.name} could not take it: ${why}; ${todo}` }
}

/** What to do with a node whose word cannot be trusted. */
export function ifUntrue(node: NodeFacts | undefined): string {
  // A policy server cannot be revoked: whoever has it has everything.
  if (!node || node.roles.includes('policy')) return ''
  return ` (should ${node.name} be broken or stolen: gatehouse node revoke ${node.name})`
}

function hasNext(plan: RolloutPlan, wave: Wave, nodes: ReadonlyMap<string, NodeFacts>): boolean {
  const later = plan.waves.slice(plan.waves.indexOf(wave) + 1)
  return later.some((next) => next.nodes.some((node) => nodes.get(node.id)?.is_connected))
}

function waitingSentence(wave: Wave, open: readonly string[]): string {
  const more = open.length > 5 ? ` and ${open.length - 5} more` : ''
  return `${wave.name}: waiting for ${open.slice(0, 5).join(', ')}${more}`
}

function failed(cause: Failure['cause'], sentence: string): Verdict {
  return { kind: 'failed', failure: { cause, sentence } }
}
