/** What a policy server says, checked: nothing unsigned and nothing of another shape gets past here. */
import { Fault } from '#base/fault.ts'
import { type Data, z } from '#base/schema.ts'
import { Sha256, type SignedBundle } from '#model/bundle.ts'
import { type SignedLists, ToAgent } from '#model/cluster.ts'
import { type Trust, verifyBundle } from '#parts/bundle/bundle.ts'
import { verifyLists } from '#parts/bundle/lists.ts'
import { agentFaults } from '../faults.ts'

export type Message =
  | Exclude<ToAgent, { kind: 'bundle' | 'lists' }>
  | { readonly kind: 'bundle'; readonly bundle: SignedBundle }
  /** A bundle that is refused, and what it called itself: nothing of it may be believed. */
  | { readonly kind: 'bad_bundle'; readonly claim: Claim; readonly fault: Fault }
  | { readonly kind: 'lists'; readonly lists: SignedLists }

/** Enough of a bundle to say which one was refused. */
const Claim = z.object({ id: Sha256, head: z.object({ revision: z.int().min(1) }) })
export type Claim = Data<typeof Claim>

const Signed = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('bundle'), bundle: z.unknown() }),
  z.strictObject({ kind: z.literal('lists'), lists: z.unknown() }),
])

/** @throws agent.malformed, and what verifyLists throws */
export function readMessage(line: Buffer, server: string, trust: Trust): Message {
  const data = parse(line, server)
  // Before the union of all: bundles and lists are long, and their own checks read their shape.
  const signed = Signed.safeParse(data).data
  if (signed?.kind === 'lists') return { kind: 'lists', lists: verifyLists(signed.lists, trust) }
  if (signed?.kind === 'bundle') return readBundle(signed.bundle, trust)
  const message = ToAgent.safeParse(data)
  if (!message.success) {
    const [issue] = message.error.issues
    throw agentFaults.malformed({ server, why: `${issue?.path.join('.')}: ${issue?.message}` })
  }
  if (message.data.kind === 'bundle' || message.data.kind === 'lists')
    throw agentFaults.malformed({ server, why: 'a signed message has unknown fields' })
  return message.data
}

function readBundle(data: unknown, trust: Trust): Message {
  try {
    return { kind: 'bundle', bundle: verifyBundle(data, trust) }
  } catch (fault) {
    const claim = Claim.safeParse(data).data
    if (!(fault instanceof Fault) || claim === undefined) throw fault
    return { kind: 'bad_bundle', claim, fault }
  }
}

function parse(line: Buffer, server: string): unknown {
  try {
    return JSON.parse(line.toString('utf8'))
  } catch (cause) {
    throw agentFaults.malformed({ server, why: 'a line of it is not JSON' }, { cause })
  }
}
