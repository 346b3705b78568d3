/**
 * ★ `gatehouse run`: who this node is, edge workers and their keeper, the office, the agent; from the first start to the
 * last drained request. The home of processes: node:cluster and fork are used in supervisor/ only.
 */
import cluster from 'node:cluster'
import { randomUUID } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '#base/fault.ts'
import { type HybridClock, hybridClock } from '#base/hybrid-clock.ts'
import type { Log } from '#base/log.ts'
import type { World } from '#base/service.ts'
import type { SystemEvent } from '#model/event.ts'
import type { AgentState, LastReload } from '#model/node.ts'
import { lockDirectory } from '#parts/host/directory-lock.ts'
import type { NodeIdentity } from '#parts/identity/node-identity.ts'
import { type Agent, startAgent } from '#services/agent/service.ts'
import { type Keeper, type KeeperFacts, startKeeper } from '#services/edge/keeper.ts'
import { supervisorFaults } from './faults.ts'
import type { Settings } from './settings.ts'
import { workerFlags } from './supervisor/child-environment.ts'
import { type Membership, openMembership } from './supervisor/membership.ts'
import { firstPolicy, type NodePolicy, nodePolicy } from './supervisor/node-policy.ts'
import { type OfficeChild, type OfficeReady, officeChild } from './supervisor/office-child.ts'
import { pidFile } from './supervisor/pid-file.ts'
import { relayedLog } from './supervisor/relayed-log.ts'
import { commitFileSoon, printsOf, reload, warnOfSites } from './supervisor/reload.ts'
import { type WorkerPool, workerPool } from './supervisor/worker-pool.ts'
import { version } from './version.ts'

export type Supervised = {
  readonly identity: NodeIdentity
  /** What is said here is also told to the cluster. */
  readonly log: Log
  /** Reads the settings file again and applies what changed; on a fault all stays as it was, and the log says why. */
  reload(): Promise<void>
  /** Drains and ends everything. */
  stop(): Promise<void>
  /** Resolves when API and console answer; undefined on a node that has none. */
  readonly office: Promise<OfficeReady> | undefined
}

/** The agent waits so long for the office of its own node. */
const office_within_ms = 15_000

/** Starts everything; resolves when all edge workers take requests. Throws the fault that prevents it. */
export async function supervise(
  main: string,
  file: string,
  written: Settings,
  outer: World,
): Promise<Supervised> {
  await using rising = new AsyncDisposableStack()
  const { world, hlc, member, settings: first, tellOfEvents } = await enter(written, outer, rising)
  let settings = first
  const is_policy_server = member.has('policy')
  if (!is_policy_server && settings.sites.length > 0) warnOfSites(file, world)
  setupCluster(main)

  const facts = nodeFacts(member)
  const keeper = rising.use(await openKeeper(settings, member, facts, world))
  facts.keeper = keeper
  const keepEvent = (event: SystemEvent): void => {
    // What happens in a worker or the office is before what follows from it here.
    hlc.receive(event.hlc)
    keeper.keepEvent(event)
  }
  tellOfEvents((event) => void keeper.keepEvent(event))
  const { workers, policy } = prepareWorkers(settings, member, keeper, keepEvent, world)
  Object.assign(facts, { workers, policy })
  rising.defer(() => workers.drain(0))
  if (member.has('edge')) await policy.start(settings)

  const has_office = is_policy_server || member.has('analytics')
  const office = has_office
    ? rising.use(officeChild(main, settings, version, keepEvent, world))
    : undefined
  const fileCommit =
    office !== undefined && is_policy_server
      ? commitFileSoon(() => settings, office, world)
      : undefined
  fileCommit?.now()
  const agent = rising.use(
    whenThere(is_policy_server ? office?.ready : undefined, world, () =>
      openAgent(member, policy, { workers, keeper, office, hlc }, world),
    ),
  )
  facts.agent = agent
  world.log.event('gatehouse.started', { version, node: settings.node, ...workers.facts() })

  const prints = printsOf(settings, is_policy_server)
  const opened = rising.move()
  const context = { file, is_policy_server, policy, office, prints }
  const reloadOnce = async (): Promise<string> => {
    const was_booting = policy.is_booting
    settings = await reload(settings, context, world)
    office?.tellSites(settings.sites)
    if (was_booting) fileCommit?.now()
    world.log.event('reload.done', { ...workers.facts() })
    return prints.partial
  }
  const reloads = inTurn(reloadOnce, facts, world)
  return {
    identity: member.identity,
    log: world.log,
    office: office?.ready,
    reload: () => reloads.again(),
    async stop() {
      await reloads.idle()
      await workers.drain(settings.edge.timeouts.drain)
      await keeper.flush(2000)
      await opened.disposeAsync()
    },
  }
}

/** Takes the state directory and finds out who this node is. What is logged from here on waits to be told to the cluster. */
async function enter(written: Settings, outer: World, rising: AsyncDisposableStack) {
  const hlc = hybridClock(outer.clock)
  let node = written.node
  const relay = relayedLog(outer.log, { node: () => node, clock: outer.clock, hlc })
  const world: World = { ...outer, log: relay.log }
  await prepareState(written.state_dir, rising)
  const member = rising.use(await openMembership(written, world))
  node = member.identity.name
  // What its cluster calls it counts, also in records and on block pages.
  const settings: Settings = { ...written, node }
  return { world, hlc, member, settings, tellOfEvents: relay.open }
}

/** Workers are to begin with what is on the shelf: a policy and lists. */
function prepareWorkers(
  settings: Settings,
  member: Membership,
  keeper: Keeper,
  onEvent: (event: SystemEvent) => void,
  world: World,
): { readonly workers: WorkerPool; readonly policy: NodePolicy } {
  const first = firstPolicy(member, settings)
  const workers = workerPool(world, first.ref, {
    onReport: (id, report) => keeper.onReport(id, report),
    onNudge: () => keeper.onNudge(),
    onGone: (id) => keeper.onWorkerGone(id),
    onEvent,
    listsOnShelf: () => (member.shelf.are_lists_kept ? member.shelf.lists_revision : 0),
  })
  workers.setLists(member.shelf.lists()?.entries ?? [])
  return { workers, policy: nodePolicy(first, member, workers, settings.state_dir, world) }
}

/** What the keeper tells of the parts that start after it. */
type NodeFacts = {
  keeper: Keeper | undefined
  workers: WorkerPool | undefined
  policy: NodePolicy | undefined
  agent: { state(): ReturnType<Agent['state']> | undefined } | undefined
  last_reload: LastReload | null
  readonly now: () => KeeperFacts
  readonly agentState: () => AgentState | null
}

function nodeFacts(member: Membership): NodeFacts {
  const agentState = (): AgentState | null => {
    const state = facts.agent?.state()
    if (state === undefined) return null
    const { connected_to, committing, trouble } = state
    return { connected_to: connected_to ?? null, committing, trouble: trouble ?? null }
  }
  const facts: NodeFacts = {
    keeper: undefined,
    workers: undefined,
    policy: undefined,
    agent: undefined,
    last_reload: null,
    agentState,
    now() {
      const enforced = facts.workers?.facts()
      return {
        rule_set: enforced?.rule_set ?? '',
        rules: enforced?.rules ?? 0,
        applied_at_ms: enforced?.applied_at_ms ?? 0,
        // A node without workers enforces nothing and keeps the newest bundle all the same.
        bundle: enforced?.bundle || (facts.policy?.bundle ?? ''),
        revision: facts.policy?.enforced()?.revision ?? 0,
        lists_revision: member.shelf.lists_revision,
        is_edge: member.has('edge'),
        agent: agentState(),
        last_reload: facts.last_reload,
        workers: facts.workers?.states() ?? [],
      }
    },
  }
  return facts
}

function openKeeper(
  settings: Settings,
  member: Membership,
  facts: NodeFacts,
  world: World,
): Promise<Keeper> {
  return startKeeper(
    settings.edge,
    {
      node: settings.node,
      version,
      startid: randomUUID(),
      spool_root: join(settings.state_dir, 'spool'),
      analytics: () => member.analytics(),
      tls: () => member.tls(),
      facts: () => facts.now(),
      cluster() {
        const known = member.shelf.nodes()
        return { nodes: known?.nodes ?? [], at: known?.at ?? null, agent: facts.agentState() }
      },
    },
    world,
  )
}

/** Who is told what the policy servers say. */
type Told = {
  readonly workers: WorkerPool
  readonly keeper: Keeper
  readonly office: OfficeChild | undefined
  readonly hlc: HybridClock
}

function openAgent(
  member: Membership,
  policy: NodePolicy,
  { workers, keeper, office, hlc }: Told,
  world: World,
): Agent {
  const { local_policy_server, intake } = member
  return startAgent(
    {
      identity: () => member.identity,
      version,
      address: member.address,
      shelf: member.shelf,
      boot_id: randomUUID(),
      hlc,
      ...(local_policy_server !== undefined && { local_policy_server }),
      ...(intake !== undefined && { analytics: intake }),
      apply: (shelved) => policy.apply(shelved),
      enforced: () => policy.enforced(),
      counters: () => keeper.counters(),
      onLists(all, change) {
        if (change.since === null || change.since === 0) workers.setLists(all.entries)
        else workers.changeLists(change.entries, change.removed)
        member.cutOff(all.revoked_nodes)
        office?.tellRevoked(all.revoked_nodes)
      },
      onTopology: (topology, from) => member.learn(topology, from),
      renew: (policy_server) => member.renew(policy_server),
    },
    world,
  )
}

/** On a policy server the agent waits a little for the office, which is who it talks to: in vain it would complain. */
function whenThere(office: Promise<unknown> | undefined, world: World, open: () => Agent) {
  let is_over = false
  let agent: Agent | undefined
  const start = (): void => {
    if (!is_over) agent ??= open()
  }
  if (office === undefined) start()
  else void office.then(start)
  const patience = world.clock.after(office_within_ms, start)
  return {
    state: () => agent?.state(),
    async [Symbol.asyncDispose]() {
      is_over = true
      patience[Symbol.dispose]()
      await agent?.[Symbol.asyncDispose]()
    },
  }
}

/** One reload after the other; what became of the last one is told in the status. */
function inTurn(reloadOnce: () => Promise<string>, facts: NodeFacts, world: World) {
  let rolling: Promise<void> = Promise.resolve()
  const again = async (): Promise<void> => {
    const at = new Date(world.clock.now()).toISOString()
    try {
      facts.last_reload = { at, is_done: true, message: await reloadOnce() }
    } catch (error) {
      facts.last_reload = { at, is_done: false, message: messageOf(error) }
      world.log.trouble('reload.refused', error)
    }
  }
  return {
    again() {
      rolling = rolling.then(again)
      return rolling
    },
    idle: () => rolling,
  }
}

function setupCluster(main: string): void {
  cluster.setupPrimary({
    exec: main,
    args: [],
    execArgv: [...process.execArgv, ...workerFlags],
    silent: false,
  })
  cluster.schedulingPolicy = cluster.SCHED_RR
}

/** Two supervisors on one directory would take each other's spool for left over. */
async function prepareState(state_dir: string, rising: AsyncDisposableStack): Promise<void> {
  for (const dir of ['spool', 'code']) {
    mkdirSync(join(state_dir, dir), { recursive: true, mode: 0o700 })
  }
  const locked = await lockDirectory(state_dir)
  if (!locked.is_held) throw supervisorFaults.in_use({ dir: state_dir, holder: locked.holder })
  rising.use(locked.lock)
  writeFileSync(pidFile(state_dir), `${process.pid}\n`)
  rising.defer(() => rmSync(pidFile(state_dir), { force: true }))
}
