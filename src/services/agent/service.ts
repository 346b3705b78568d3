/**
 * The agent: the node's end of the cluster. Keeps one line to a policy server, takes bundles and lists from it, tells
 * it how this node is. While no policy server can be reached everything that was taken goes on to hold.
 */
import { Fault, messageOf } from '#base/fault.ts'
import type { World } from '#base/service.ts'
import { isRenewalDue, knownServers } from '#parts/identity/node-identity.ts'
import type { Agent, AgentContext, AgentState } from './context.ts'
import { type Reporter, reporter } from './deliver/reporter.ts'
import { type Taker, taker } from './deliver/taker.ts'
import { agentFaults } from './faults.ts'
import { attend, type LineTools } from './receive.ts'
import { pauseOf, type Servers, servers } from './servers.ts'
import { pace } from './settings.ts'

export type { Agent, AgentContext, AgentState } from './context.ts'

/** Starts at once and never fails: what does not work is in `state()` and in the log. Disposing it waits for a swap. */
export function startAgent(context: AgentContext, world: World): Agent {
  return new ClusterAgent(context, world)
}

/** How lines end when a policy server is stopped, or the network fails: `agent.disconnected` says enough. */
const ordinary: ReadonlySet<string> = new Set([
  'agent.line_ended',
  'agent.silent',
  'agent.reports_fail',
])

class ClusterAgent implements Agent {
  readonly #context: AgentContext
  readonly #world: World
  readonly #taker: Taker
  readonly #reporter: Reporter
  readonly #servers: Servers
  readonly #stop = new AbortController()
  readonly #renewals: Disposable
  readonly #loop: Promise<void>
  #connected_to: string | undefined
  /** On the clock that never jumps. */
  #connected_at: number | undefined
  #since_ms: number
  #trouble: Fault | undefined
  /** What is in the log already. */
  readonly #told = new Set<string>()
  #is_renewing = false

  constructor(context: AgentContext, world: World) {
    this.#context = context
    this.#world = world
    this.#since_ms = world.clock.now()
    this.#servers = servers(() => knownServers(context.identity()), context.local_policy_server)
    this.#reporter = reporter(() => this.#facts(), world.clock)
    const onReceipt = this.#reporter.add
    this.#taker = taker(context, { onReceipt, onChange: this.#reporter.nudge }, world)
    const lists = context.shelf.lists()
    if (lists) context.onLists(lists, lists)
    this.#renewals = world.clock.every(pace.renewal_ms, () => void this.#renewWhenDue())
    this.#loop = this.#keepLine(AbortSignal.any([world.stop, this.#stop.signal]))
  }

  state(): AgentState {
    const trouble = this.#trouble ?? this.#taker.refusal
    return {
      connected_to: this.#connected_to,
      since_ms: this.#since_ms,
      committing: this.#taker.committing,
      trouble: trouble?.message,
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#renewals[Symbol.dispose]()
    this.#stop.abort(new Error('the agent is stopping'))
    await this.#loop
    await this.#taker.idle()
  }

  async #keepLine(stop: AbortSignal): Promise<void> {
    const { clock } = this.#world
    let failed = 0
    while (!stop.aborted) {
      const round = this.#servers.round(clock.elapsed())
      if (round.length === 0 && !this.#trouble) {
        this.#trouble = agentFaults.no_policy_server({})
        this.#tellOnce('agent.not_connected', this.#trouble)
      }
      for (const server of round) {
        const was_good = await this.#tryServer(server, stop)
        if (was_good) failed = 0
        if (stop.aborted) return
      }
      // Aborted while it waits: the loop ends by itself.
      await clock.sleep(pauseOf(failed, Math.random()), stop).catch(() => {})
      failed += 1
    }
  }

  /** Resolves when the line has ended, or did not come about: true when it had held for a while. */
  async #tryServer(server: string, stop: AbortSignal): Promise<boolean> {
    const { clock, log } = this.#world
    const why: unknown = await attend(server, this.#tools(), stop).catch((cause) => cause)
    const connected_at = this.#connected_at
    this.#connected_at = undefined
    if (connected_at !== undefined) {
      this.#connected_to = undefined
      this.#since_ms = clock.now()
    }
    if (stop.aborted) return false
    if (connected_at !== undefined) log.event('agent.disconnected', { server, why: messageOf(why) })
    this.#noteEnd(server, why, connected_at !== undefined)
    return connected_at !== undefined && clock.elapsed() - connected_at >= pace.good_line_ms
  }

  #noteEnd(server: string, cause: unknown, was_connected: boolean): void {
    if (!(cause instanceof Fault)) {
      // A bug of ours must not end the process that all workers hang on; the next try may go well.
      this.#world.log.trouble('agent.failed', cause, { server })
      this.#trouble = agentFaults.unreachable({ server, why: messageOf(cause) }, { cause })
      return
    }
    // That another address does not answer is less to know than that we are refused.
    if (this.#trouble?.code !== 'agent.refused') this.#trouble = cause
    if (cause.code === 'agent.refused') {
      this.#trouble = cause
      this.#servers.refused(server, this.#world.clock.elapsed())
      this.#tellOnce('agent.refused', cause)
    } else if (!was_connected) this.#tellOnce('agent.not_connected', cause)
    else if (!ordinary.has(cause.code)) this.#tellOnce('agent.line_broken', cause)
  }

  /** Once for each server and each kind of fault, until there is a line again. */
  #tellOnce(name: string, fault: Fault): void {
    const key = `${name} ${fault.code} ${fault.facts['server']}`
    if (this.#told.has(key)) return
    this.#told.add(key)
    this.#world.log.trouble(name, fault)
  }

  #tools(): LineTools {
    return {
      context: this.#context,
      world: this.#world,
      taker: this.#taker,
      reporter: this.#reporter,
      servers: this.#servers,
      onWelcome: (server, { protocol, version }) => {
        this.#connected_to = server
        this.#connected_at ??= this.#world.clock.elapsed()
        this.#since_ms = this.#world.clock.now()
        this.#trouble = undefined
        this.#servers.good(server)
        this.#told.clear()
        this.#world.log.event('agent.connected', { server, protocol, version })
        void this.#renewWhenDue()
      },
      onTrouble: (name, fault) => this.#tellOnce(name, fault),
    }
  }

  #facts() {
    const { context, world } = { context: this.#context, world: this.#world }
    return {
      boot_id: context.boot_id,
      at_ms: Math.trunc(world.clock.now()),
      ...(context.hlc && { hlc: context.hlc.now() }),
      committing: this.#taker.committing,
      bundle: context.enforced(),
      lists_revision: context.shelf.lists_revision,
      counters: context.counters(),
    }
  }

  async #renewWhenDue(): Promise<void> {
    const { clock, log } = this.#world
    const server = this.#connected_to
    if (server === undefined || this.#is_renewing) return
    if (!isRenewalDue(this.#context.identity(), clock.now())) return
    this.#is_renewing = true
    try {
      await this.#context.renew(server)
    } catch (cause) {
      if (cause instanceof Fault) this.#tellOnce('certificate.not_renewed', cause)
      else log.trouble('certificate.not_renewed', cause)
    } finally {
      this.#is_renewing = false
    }
  }
}
