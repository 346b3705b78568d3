/** Inside an edge worker: one edge, told by the supervisor what to enforce, when to start and when to finish. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Fault, messageOf } from '#base/fault.ts'
import { hybridClock } from '#base/hybrid-clock.ts'
import type { World } from '#base/service.ts'
import { bundleName } from '#model/bundle.ts'
import type { BundleFiles } from '#parts/bundle/bundle.ts'
import { readLists, readShelved, type Shelved } from '#parts/bundle/shelf.ts'
import {
  type CompiledPolicy,
  compilePolicy,
  compilePolicyInSlices,
} from '#parts/enforcement/compiled-policy.ts'
import { compileLists, type IpLists } from '#parts/enforcement/ip-lists.ts'
import { type Edge, startEdge } from '#services/edge/service.ts'
import { readBootPolicy } from './boot-policy.ts'
import {
  type FromWorker,
  noPolicy,
  type PolicyFacts,
  type PolicyRef,
  type ToWorker,
} from './messages.ts'
import { relayedLog } from './relayed-log.ts'

type Start = Extract<ToWorker, { kind: 'start' }>

/** Runs until drained or until the supervisor is gone; never returns before. */
export async function runEdgeProcess(outer: World): Promise<void> {
  const tell = (message: FromWorker): void => {
    if (process.connected) process.send?.(message, undefined, undefined, () => {})
  }
  const { clock } = outer
  const relay = relayedLog(outer.log, {
    node: () => worker.node,
    clock,
    hlc: hybridClock(clock),
  })
  relay.open((event) => tell({ kind: 'event', event }))
  const world: World = { ...outer, log: relay.log }
  const done = Promise.withResolvers<void>()
  const worker = new EdgeWorker(world, tell, done.resolve)
  process.on('message', (message: ToWorker) => worker.hear(message))
  await done.promise
}

type Loaded = Found & {
  readonly compiled: CompiledPolicy
}

type Found = {
  readonly files: BundleFiles
  readonly bundle: string
  readonly revision: number
  /** Of one that lies on the shelf. */
  readonly shelved?: Shelved
}

/** Exported for its test. */
export class EdgeWorker {
  readonly #world: World
  readonly #tell: (message: FromWorker) => void
  readonly #done: () => void
  readonly #lists: IpLists
  #turn = Promise.resolve()
  #state_dir = ''
  /** Name of this node; known once it was told to start. */
  node = ''
  #edge: Edge | undefined
  #current: Loaded | undefined
  #prepared: { readonly id: string; readonly loaded: Loaded } | undefined

  constructor(
    world: World,
    tell: (message: FromWorker) => void,
    done: () => void,
    lists: IpLists = compileLists([]),
  ) {
    this.#lists = lists
    this.#world = world
    this.#tell = tell
    this.#done = done
  }

  hear(message: ToWorker): void {
    // A ban must not wait for rules that are being compiled, nor a request for what others counted.
    if (message.kind === 'lists') this.#lists.change(message.entries, message.removed)
    else if (message.kind === 'rates') this.#edge?.mergeRates(message.deltas)
    else {
      // Before the changes that come behind it.
      if (message.kind === 'start') this.#readLists(message)
      // One after the other, so that what comes while it starts is done when it has.
      this.#turn = this.#turn.then(() => this.#take(message))
    }
  }

  /** Nothing of what it heard is under way any more. */
  idle(): Promise<void> {
    return this.#turn
  }

  #readLists({ settings, lists_revision }: Start): void {
    if (lists_revision === 0) return
    const lists = readLists(join(settings.state_dir, 'shelf'))
    if (lists === undefined || lists.revision < lists_revision)
      this.#tell({ kind: 'lists_missing' })
    else this.#lists.change(lists.entries, [])
  }

  async #take(message: Exclude<ToWorker, { kind: 'lists' | 'rates' }>): Promise<void> {
    switch (message.kind) {
      case 'start':
        return this.#start(message)
      case 'prepare':
        if (await this.#prepare(message.policy))
          this.#tell({ kind: 'prepared', id: message.policy.id })
        return
      case 'activate':
        return this.#activate(message.policy)
      case 'drain':
        // Not waited for: until its last connection ends it follows every change of the policy.
        void this.#drain(message.limit_ms)
        return
      default:
        message satisfies never
    }
  }

  async #start({ settings, worker_id, policy }: Start): Promise<void> {
    this.#state_dir = settings.state_dir
    this.node = settings.node
    try {
      if (policy !== null) {
        this.#current = this.#loadAtOnce(policy)
        this.#current.compiled.ruleset.warmUp()
      }
      const spool_dir = join(settings.state_dir, 'spool', worker_id)
      mkdirSync(spool_dir, { recursive: true, mode: 0o700 })
      this.#edge = await startEdge(
        settings.edge,
        {
          node: settings.node,
          worker_id,
          spool_dir,
          policy: this.#current,
          lists: this.#lists,
          report: (report) => this.#tell({ kind: 'report', report }),
          nudge: () => this.#tell({ kind: 'nudge' }),
          tellRates: (deltas) => this.#tell({ kind: 'rates', deltas }),
        },
        this.#world,
      )
      this.#tell({ kind: 'ready', facts: factsOf(this.#current) })
    } catch (error) {
      this.#tell({ kind: 'failed', ...this.#words('worker.not_started', error) })
      this.#done()
    }
  }

  async #drain(limit_ms: number): Promise<void> {
    await this.#edge?.drain(limit_ms)
    await this.#edge?.[Symbol.asyncDispose]()
    this.#done()
  }

  /** Compiles beside what is in force; false when it was refused, which has been told. */
  async #prepare(policy: PolicyRef): Promise<boolean> {
    try {
      const loaded = await this.#load(policy)
      await this.#warmUp(loaded.compiled)
      this.#edge?.prepare(loaded)
      this.#prepared = { id: policy.id, loaded }
      return true
    } catch (error) {
      this.#prepared = undefined
      const words = this.#words('worker.not_prepared', error)
      this.#tell({ kind: 'refused', id: policy.id, ...words })
      return false
    }
  }

  async #activate(policy: PolicyRef): Promise<void> {
    // One that started between the two phases was never asked to prepare.
    if (this.#prepared?.id !== policy.id && !(await this.#prepare(policy))) return
    this.#edge?.activate()
    this.#current = this.#prepared?.loaded
    this.#prepared = undefined
    this.#tell({ kind: 'activated', id: policy.id, facts: factsOf(this.#current) })
  }

  /** At the start nobody waits for an answer meanwhile. */
  #loadAtOnce(policy: PolicyRef): Loaded {
    const found = findPolicy(this.#state_dir, policy, undefined)
    return { ...found, compiled: compilePolicy(found.files) }
  }

  async #load(policy: PolicyRef): Promise<Loaded> {
    const before = this.#current
    const found = findPolicy(this.#state_dir, policy, before?.shelved)
    const { clock } = this.#world
    const compiled = await compilePolicyInSlices(found.files, before?.compiled, clock)
    return { ...found, compiled }
  }

  /** New rules run a little before they count, a slice at a time: requests come in between. */
  async #warmUp({ ruleset }: CompiledPolicy): Promise<void> {
    const before = this.#current?.compiled.ruleset
    // Of the same rule set, what changed is little, and the rest is taken over warm.
    if (before !== undefined && before.signature === ruleset.signature) return
    for (let round = 0; round < 3; round++) {
      ruleset.warmUp(1)
      await this.#world.clock.sleep(0)
    }
  }

  #words(event: string, error: unknown): { readonly code: string; readonly message: string } {
    const code = error instanceof Fault ? error.code : 'bug'
    if (code === 'bug') this.#world.log.trouble(event, error)
    return { code, message: messageOf(error) }
  }
}

function findPolicy(state_dir: string, policy: PolicyRef, before: Shelved | undefined): Found {
  if (policy.kind === 'boot') {
    const files = readBootPolicy(state_dir, policy.id)
    return { files, bundle: `0-${policy.id.slice(0, 8)}`, revision: 0 }
  }
  const shelved = readShelved(join(state_dir, 'shelf'), policy.id, before)
  const { bundle, files } = shelved
  return { files, bundle: bundleName(bundle), revision: bundle.head.revision, shelved }
}

function factsOf(loaded: Loaded | undefined): PolicyFacts {
  if (loaded === undefined) return noPolicy
  const { bundle, revision, compiled } = loaded
  return { bundle, revision, rule_set: compiled.rule_set, rules: compiled.rules }
}
