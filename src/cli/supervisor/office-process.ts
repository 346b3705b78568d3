/** Inside the office: the database and the services that share it. What they tell each other goes through here. */
import { join } from 'node:path'
import { Fault, messageOf } from '#base/fault.ts'
import { type HybridClock, hybridClock } from '#base/hybrid-clock.ts'
import type { World } from '#base/service.ts'
import { openAuthority } from '#parts/identity/authority.ts'
import { type NodeIdentity, readIdentity } from '#parts/identity/node-identity.ts'
import { type Revocations, revocations } from '#parts/identity/revocations.ts'
import { type Database, openDatabase } from '#parts/records/database.ts'
import { startAnalytics } from '#services/analytics/service.ts'
import { startNotifier } from '#services/notifier/service.ts'
import { Parts } from '#services/policy/faults.ts'
import { type Policy, startPolicy } from '#services/policy/service.ts'
import { clusterAddress, identityDir } from '../cluster.ts'
import { console_dir } from '../console-dir.ts'
import { supervisorFaults } from '../faults.ts'
import type { FilePolicy } from '../policy.ts'
import { databaseOf, type Settings } from '../settings.ts'
import type { FirstLogin, FromOffice, ToOffice } from './messages.ts'
import { type CommittedPolicy, committedPolicy } from './office/committed-policy.ts'
import { relayedLog } from './relayed-log.ts'

/** Runs until told to stop or until the supervisor is gone. */
export async function runOfficeProcess(outer: World): Promise<void> {
  const tell = (message: FromOffice): void => {
    if (process.connected) process.send?.(message, undefined, undefined, () => {})
  }
  const done = Promise.withResolvers<void>()
  const { clock } = outer
  let node = ''
  const hlc = hybridClock(clock)
  const relay = relayedLog(outer.log, { node: () => node, clock, hlc })
  const world: OfficeWorld = { ...outer, log: relay.log, hlc }
  let sites: Settings['sites'] = []
  const cut_off = revocations()
  let office: Office | undefined
  process.on('disconnect', () => done.resolve())
  process.on('message', async (message: ToOffice) => {
    if (message.kind === 'stop') done.resolve()
    else if (message.kind === 'sites') sites = message.sites
    else if (message.kind === 'revoked') cut_off.set(message.node_ids)
    else if (message.kind === 'file_policy') tell(await fileCommit(office, message, world))
    else {
      sites = message.settings.sites
      node = message.settings.node
      // Through the supervisor's spool: it outlives us and a database that is away.
      relay.open((event) => tell({ kind: 'event', event }))
      try {
        office = await open(message.settings, message.version, () => sites, cut_off, world)
        tell({
          kind: 'ready',
          url: office.url,
          ...(office.first_login && { first_login: office.first_login }),
        })
      } catch (error) {
        const code = error instanceof Fault ? error.code : 'bug'
        if (code === 'bug') world.log.trouble('office.not_started', error)
        tell({ kind: 'failed', code, message: messageOf(error) })
        process.exitCode = 1
        done.resolve()
      }
    }
  })
  await done.promise
  await office?.[Symbol.asyncDispose]()
}

/** With the clock that its events are marked by. */
type OfficeWorld = World & { readonly hlc: HybridClock }

type Office = AsyncDisposable & {
  /** Of the console; '' on a node that has none. */
  readonly url: string
  readonly first_login?: FirstLogin
  readonly publish?: Policy['publish']
}

/** What every service of the office stands on. */
type Ground = {
  readonly settings: Settings
  readonly version: string
  readonly database: Database
  readonly policy: CommittedPolicy
  readonly identity: () => NodeIdentity
  /** Sites of the settings file, until there is a commit. */
  readonly sites: () => Settings['sites']
  /** From analytics to the notifier, where there is one. */
  readonly nudges: { onListsChanged: () => void }
}

async function open(
  settings: Settings,
  version: string,
  sites: () => Settings['sites'],
  cut_off: Revocations,
  world: OfficeWorld,
): Promise<Office> {
  await using rising = new AsyncDisposableStack()
  const identity = rising.use(ownIdentity(settings, world))
  const database = rising.use(await openDatabase(databaseOf(settings), world))
  const policy = rising.use(committedPolicy(database, world))
  const nudges = { onListsChanged: () => {} }
  const ground: Ground = {
    ...{ settings, version, database, policy, sites, nudges },
    identity: identity.now,
  }
  const { roles } = identity.now()
  if (roles.includes('analytics')) {
    const context = {
      ...{ database, version },
      tls: { identity: identity.now, revocations: cut_off },
      policy: policy.now,
      trusted_proxies: () => settings.edge.trusted_proxies,
      onListsChanged: () => ground.nudges.onListsChanged(),
    }
    rising.use(await startAnalytics(settings.analytics, context, world))
  }
  const desk = roles.includes('policy') ? await openDesk(ground, rising, world) : undefined
  const opened = rising.move()
  return {
    url: desk?.url ?? '',
    ...(desk?.first_login && { first_login: desk.first_login }),
    ...(desk && { publish: desk.publish }),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

/** Notifier, API and console of a policy server. */
async function openDesk(
  ground: Ground,
  rising: AsyncDisposableStack,
  world: OfficeWorld,
): Promise<Policy> {
  const { settings, version, database, policy, identity, sites } = ground
  const authority = await openAuthority(identityDir(settings.state_dir))
  if (authority === undefined)
    throw supervisorFaults.no_authority({ dir: identityDir(settings.state_dir) })
  let desk: Policy | undefined
  const notifier = rising.use(
    await startNotifier(
      { listen: settings.cluster.listen },
      {
        ...{ database, identity, authority, version, hlc: world.hlc },
        async rollback({ revision, failed, message }) {
          await desk?.publish.rollbackTo(revision, message, 'gatehouse', failed)
        },
      },
      world,
    ),
  )
  ground.nudges.onListsChanged = () => notifier.onListsChanged()
  desk = rising.use(
    await startPolicy(
      settings.policy,
      {
        ...{ database, authority, version, console_dir },
        state_dir: settings.state_dir,
        node: identity().name,
        kept_dir: join(settings.state_dir, 'rules'),
        database_label: database.kind === 'embedded' ? 'embedded (PGlite)' : 'PostgreSQL',
        sites: () => policy.now()?.sites ?? sites(),
        trusted_proxies: () => settings.edge.trusted_proxies,
        cluster_address: () => clusterAddress(settings),
        nodes: () => notifier.nodes(),
        rollout: () => notifier.rollout(),
        onCommitted() {
          notifier.onCommitted()
          policy.refresh()
        },
        onListsChanged: () => notifier.onListsChanged(),
        onNodesChanged: () => notifier.onNodesChanged(),
        resumeRollout: () => notifier.resume(),
      },
      world,
    ),
  )
  return desk
}

/** What the settings file says of the policy becomes a commit, unless it said the same the last time. */
async function fileCommit(
  office: Office | undefined,
  { id, policy }: { readonly id: number; readonly policy: FilePolicy },
  world: World,
): Promise<FromOffice> {
  try {
    if (office?.publish === undefined)
      throw supervisorFaults.office_away({ state: 'this node has no policy service' })
    const committed = await office.publish.applyFilePolicy(policy, 'gatehouse.yaml')
    return {
      kind: 'file_policy_done',
      id,
      revision: committed?.commit.bundle.head.revision ?? 0,
      is_changed: committed?.is_new ?? false,
    }
  } catch (error) {
    const code = error instanceof Fault ? error.code : 'bug'
    if (code === 'bug') world.log.trouble('policy.file_not_committed', error)
    return { kind: 'file_policy_failed', id, code, message: inParts(error) }
  }
}

/** So many of what is wrong are told; `gatehouse check` finds the others. */
const parts_told = 5

/** With what exactly is wrong, where that is known. */
function inParts(error: unknown): string {
  const parts = error instanceof Fault && error.cause instanceof Parts ? error.cause.parts : []
  const told = parts
    .slice(0, parts_told)
    .map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
  if (parts.length > told.length) told.push(`and ${parts.length - told.length} more`)
  return [messageOf(error), ...told].join('; ')
}

/** Certificates are renewed by the supervisor, which writes them down. */
const identity_read_ms = 10_000

function ownIdentity(
  settings: Settings,
  { clock, log }: World,
): Disposable & { now(): NodeIdentity } {
  const dir = identityDir(settings.state_dir)
  const read = readIdentity(dir)
  if (read === undefined) throw supervisorFaults.no_authority({ dir })
  let identity = read
  const reading = clock.every(identity_read_ms, () => {
    try {
      identity = readIdentity(dir) ?? identity
    } catch (error) {
      log.trouble('identity.not_read', error)
    }
  })
  return { now: () => identity, [Symbol.dispose]: () => reading[Symbol.dispose]() }
}
