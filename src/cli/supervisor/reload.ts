/** SIGHUP: the settings file is read again; what changed is applied, or nothing is and the log says why. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Fault } from '#base/fault.ts'
import type { World } from '#base/service.ts'
import { invalidSettings } from '#base/settings.ts'
import { supervisorFaults } from '../faults.ts'
import { filePolicy } from '../policy.ts'
import { loadSettings, type Settings } from '../settings.ts'
import type { NodePolicy } from './node-policy.ts'
import type { OfficeChild } from './office-child.ts'

export type ReloadContext = {
  readonly file: string
  readonly is_policy_server: boolean
  readonly policy: NodePolicy
  readonly office: OfficeChild | undefined
  /** Of what is in force; brought up to date by every reload. */
  readonly prints: Prints
}

/** What the parts of a settings file were when they were applied, files that they name included. */
export type Prints = {
  /** What workers read only when they start. */
  edge: string
  /** What the office was told. */
  policy: string
  /** What the last reload could not change, in a sentence; '' when it could change everything. */
  partial: string
}

export function printsOf(settings: Settings, is_policy_server: boolean): Prints {
  return {
    edge: edgePrint(settings),
    policy: is_policy_server ? policyPrint(settings) : '',
    partial: '',
  }
}

/** Told that a policy is committed, the agent of this node has so long to bring it. */
const in_force_within_ms = 20_000
const try_again_ms = 5_000

/** Refusals that do not pass by themselves. */
const needs_decision: ReadonlySet<string> = new Set([
  'policy.file_is_behind',
  'policy.file_needs_note',
])

/** The settings in force afterwards. @throws what keeps the new ones from being applied; then the old ones stay */
export async function reload(
  old: Settings,
  context: ReloadContext,
  world: World,
): Promise<Settings> {
  const next = readAgain(old, context, world)
  if (context.is_policy_server) await applyPolicy(next, context, world)
  else if (next.sites.length > 0) warnOfSites(context.file, world)
  const edge = edgePrint(next)
  if (edge !== context.prints.edge) await context.policy.roll(next)
  context.prints.edge = edge
  return next
}

/** On a node without the role `policy`. */
export function warnOfSites(file: string, world: World): void {
  world.log.trouble('settings.sites_ignored', supervisorFaults.sites_ignored({ file }))
}

/** Tells the office what the file says until it has taken it, in the background. */
export function commitFileSoon(
  settings: () => Settings,
  office: OfficeChild,
  world: World,
): { now(): void } {
  const { clock, log, stop } = world
  let round = 0
  let told = ''
  const attempt = async (mine: number): Promise<void> => {
    try {
      await office.ready
      while (mine === round && !stop.aborted) {
        try {
          await office.commitFile(filePolicy(settings()))
          return
        } catch (fault) {
          if (mine !== round) return
          // The same again and again is told once.
          const words = fault instanceof Fault ? fault.message : 'bug'
          if (words !== told) log.trouble('policy.file_not_committed', fault)
          told = words
          // Somebody has to decide; until then what is committed counts.
          if (fault instanceof Fault && needs_decision.has(fault.code)) return
          await clock.sleep(try_again_ms, stop)
        }
      }
    } catch {
      // Told to stop while it waited.
    }
  }
  return { now: () => void attempt(++round) }
}

/** The file as it is now, except for what only a restart can change. */
function readAgain(old: Settings, { file, prints }: ReloadContext, world: World): Settings {
  const result = loadSettings(file)
  if (result.kind === 'invalid') throw invalidSettings(result.problems)
  const next = result.data
  const fixed = ['node', 'state_dir', 'database', 'log', 'cluster', 'analytics', 'policy'] as const
  // The name of a node is what its cluster calls it.
  const changed: string[] = fixed.filter(
    (key) => key !== 'node' && JSON.stringify(old[key]) !== JSON.stringify(next[key]),
  )
  if (next.edge.admin !== old.edge.admin) changed.push('edge.admin')
  prints.partial = ''
  if (changed.length > 0) {
    const fault = supervisorFaults.needs_restart({
      parts: changed.join(', '),
      count: changed.length,
    })
    prints.partial = fault.message
    world.log.trouble('reload.partial', fault)
  }
  const kept = Object.fromEntries(fixed.map((key) => [key, old[key]]))
  return { ...next, ...kept }
}

/** Before the first commit the file itself counts; afterwards it becomes a commit, which the agent brings. */
async function applyPolicy(
  next: Settings,
  { policy, office, prints }: ReloadContext,
  world: World,
): Promise<void> {
  if (policy.is_booting) {
    await policy.applySettings(next)
    prints.policy = JSON.stringify(filePolicy(next))
    return
  }
  const said = filePolicy(next)
  const print = JSON.stringify(said)
  // New certificates, say, must count also while the office is away.
  if (office === undefined || print === prints.policy) return
  const { revision, is_changed } = await office.commitFile(said)
  prints.policy = print
  if (is_changed) await untilEnforced(policy, revision, world)
}

async function untilEnforced(policy: NodePolicy, revision: number, world: World): Promise<void> {
  const { clock, stop } = world
  const end = clock.elapsed() + in_force_within_ms
  while ((policy.enforced()?.revision ?? 0) < revision) {
    if (clock.elapsed() > end)
      throw supervisorFaults.not_in_force({
        revision,
        state: 'it is committed, and this node has not taken it within 20 seconds',
      })
    await clock.sleep(20, stop)
  }
}

/** '' when the file cannot be read as a policy, which is told where it is committed. */
function policyPrint(settings: Settings): string {
  try {
    return JSON.stringify(filePolicy(settings))
  } catch {
    return ''
  }
}

/** What workers read only when they start: listeners, limits, certificates with their content. */
function edgePrint({ edge }: Settings): string {
  const hash = createHash('sha256').update(JSON.stringify(edge))
  for (const { cert, key } of edge.certificates)
    for (const path of [cert, key]) hash.update(readFileSync(path))
  return hash.digest('hex')
}
