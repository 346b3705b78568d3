/**
 * ★ One line to one policy server, from the hello to its end: what comes is checked, kept, applied, and told back.
 * A line ends with a fault, always; what this node enforces does not depend on it.
 */
import type { IncomingMessage } from 'node:http'
import { Fault } from '#base/fault.ts'
import type { World } from '#base/service.ts'
import { type AgentHello, protocol, type SignedLists, type ToAgent } from '#model/cluster.ts'
import type { Trust } from '#parts/bundle/bundle.ts'
import type { AgentContext } from './context.ts'
import type { Reporter } from './deliver/reporter.ts'
import type { Taker } from './deliver/taker.ts'
import { agentFaults } from './faults.ts'
import type { Servers } from './servers.ts'
import { pace } from './settings.ts'
import { linesOf } from './wire/lines.ts'
import { type Message, readMessage } from './wire/message.ts'
import { openWire, type Wire } from './wire/wire.ts'

type Welcome = Extract<ToAgent, { kind: 'welcome' }>

export type LineTools = {
  readonly context: AgentContext
  readonly world: World
  readonly taker: Taker
  readonly reporter: Reporter
  readonly servers: Servers
  readonly onWelcome: (server: string, welcome: Welcome) => void
  /** Something that came could not be kept or was no news, which does not end the line. */
  readonly onTrouble: (name: string, fault: Fault) => void
}

type Line = {
  readonly wire: Wire
  readonly signal: AbortSignal
  /** Ends it for this reason. */
  readonly end: (fault: unknown) => void
}

/**
 * Never resolves: rejects with the reason of `stop`, or with a fault that says why the line ended.
 * @throws agent.unreachable, agent.refused, agent.turned_away, agent.malformed, agent.other_protocol, agent.silent,
 * agent.line_ended, agent.reports_fail, bundle.lists_gap and what verifyLists throws
 */
export async function attend(server: string, tools: LineTools, stop: AbortSignal): Promise<never> {
  const ended = new AbortController()
  const signal = AbortSignal.any([stop, ended.signal])
  const { identity, shelf } = tools.context
  const isRevoked = (id: string) => shelf.lists()?.revoked_nodes.includes(id) ?? false
  using wire = openWire(server, identity(), isRevoked)
  const line: Line = { wire, signal, end: (fault) => ended.abort(fault) }
  try {
    const response = await wire.open('/v1/agent/stream', JSON.stringify(helloOf(tools)), signal)
    await receive(response, line, tools)
    throw agentFaults.line_ended({ server })
  } catch (cause) {
    throw signal.aborted ? signal.reason : cause
  } finally {
    // What was under way for this line only, such as the files of an offer, goes with it.
    ended.abort(agentFaults.line_ended({ server }))
  }
}

async function receive(response: IncomingMessage, line: Line, tools: LineTools): Promise<void> {
  const { server } = line.wire
  using rising = new DisposableStack()
  let is_welcome = false
  for await (const text of linesOf(chunksOf(response, line, tools), server)) {
    const message = readMessage(text, server, trustOf(tools.context))
    // What cannot be awaited is ended from the side: nothing more of this line counts.
    line.signal.throwIfAborted()
    if (message.kind === 'welcome') {
      welcome(message, line, tools)
      if (!is_welcome) rising.use(tools.reporter.attach(line.wire, line.end))
      is_welcome = true
    } else if (is_welcome) act(message, line, tools)
    else throw agentFaults.malformed({ server, why: `it begins with ${message.kind}` })
  }
}

function welcome(message: Welcome, { wire }: Line, tools: LineTools): void {
  const { server } = wire
  if (message.protocol < protocol.oldest || message.protocol > protocol.current)
    throw agentFaults.other_protocol({ server, ...protocol, protocol: message.protocol })
  hear(message, tools.context)
  tools.servers.learn(message.topology)
  tools.onWelcome(server, message)
  tools.context.onTopology(message.topology, server)
}

function hear({ hlc }: { readonly hlc?: string | undefined }, context: AgentContext): void {
  if (hlc !== undefined) context.hlc?.receive(hlc)
}

function act(message: Exclude<Message, Welcome>, line: Line, tools: LineTools): void {
  const { taker, context, servers } = tools
  switch (message.kind) {
    case 'bundle':
      taker.offer(message.bundle, line.wire, line.signal)
      break
    case 'bad_bundle': {
      const { id, head } = message.claim
      taker.refuse({ id, revision: head.revision }, message.fault)
      break
    }
    case 'lists':
      takeLists(message.lists, tools)
      break
    case 'nodes':
      keep(tools, () => context.shelf.saveNodes({ nodes: message.nodes, at: message.at }))
      break
    case 'topology':
      servers.learn(message.topology)
      context.onTopology(message.topology, line.wire.server)
      break
    case 'ping':
      hear(message, context)
      break
    default:
      message satisfies never
  }
}

/** A gap ends the line: the next hello says what we have. */
function takeLists(lists: SignedLists, tools: LineTools): void {
  const { shelf, onLists } = tools.context
  keep(tools, () =>
    shelf.saveLists(lists, (change) => {
      const all = shelf.lists()
      if (all) onLists(all, change)
    }),
  )
  tools.reporter.nudge()
}

/** A disk that refuses, and a server that is behind us, end no line: what can still be done is done. */
const not_grave: ReadonlySet<string> = new Set([
  'bundle.shelf_full',
  'bundle.shelf_broken',
  'bundle.older_lists',
])

function keep(tools: LineTools, save: () => void): void {
  try {
    save()
  } catch (fault) {
    if (!(fault instanceof Fault) || !not_grave.has(fault.code)) throw fault
    tools.onTrouble('shelf.not_kept', fault)
  }
}

/** Chunks as they come; ends the line when none comes for too long. */
async function* chunksOf(
  response: IncomingMessage,
  line: Line,
  { world: { clock } }: LineTools,
): AsyncGenerator<Buffer, void> {
  const { server } = line.wire
  let heard_at = clock.elapsed()
  using _watch = clock.every(pace.report_ms, () => {
    const silence_ms = Math.round(clock.elapsed() - heard_at)
    if (silence_ms >= pace.silence_ms) line.end(agentFaults.silent({ server, silence_ms }))
  })
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      heard_at = clock.elapsed()
      yield chunk
    }
  } catch (cause) {
    throw agentFaults.line_ended({ server }, { cause })
  }
}

function helloOf({ context, world }: LineTools): AgentHello {
  const { version, boot_id, address, analytics, shelf } = context
  return {
    version,
    protocol,
    boot_id,
    address,
    ...(analytics !== undefined && { analytics }),
    bundle: context.enforced(),
    revision_floor: shelf.revision_floor,
    lists_revision: shelf.lists_revision,
    at_ms: Math.trunc(world.clock.now()),
    ...(context.hlc && { hlc: context.hlc.now() }),
  }
}

function trustOf(context: AgentContext): Trust {
  const { cluster_id, signing_keys } = context.identity()
  return { cluster_id, keys: signing_keys }
}
