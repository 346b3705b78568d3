/** A roll-out as whoever started it wants to see it: a line for each wave, and the end of it as an exit code. */
import { type Clock, systemClock } from '#base/clock.ts'
import { Fault } from '#base/fault.ts'
import type { CommitSummary, RolloutView } from '#model/draft.ts'
import { type ApiClient, ApiProblem } from '#parts/client/client.ts'
import { cliFaults } from './faults.ts'
import type { Output } from './output.ts'
import { counted, oneLine } from './policy-words.ts'

type WaveView = RolloutView['waves'][number]

/** How long nobody may answer while we wait. */
const outage_ms_max = 30_000

export type Wait = {
  /** Longest time to wait; then the verb fails, the roll-out goes on. */
  readonly timeout_ms: number
  readonly clock?: Clock
}

/**
 * Waits until this revision is on all nodes, telling progress on standard error.
 * @throws cli.stopped when it was stopped or rolled back, cli.still_going when it takes longer
 */
export async function waitForRollout(
  api: ApiClient,
  revision: number,
  output: Output,
  { timeout_ms, clock = systemClock }: Wait,
): Promise<RolloutView | undefined> {
  const start = clock.elapsed()
  const told = new Set<string>()
  let why = 'it has not begun'
  let heard_ms = start
  for (;;) {
    const rollout = await orAway(api.call('GET /api/v1/policy/rollout'))
    const now_ms = clock.elapsed()
    const waited_ms = now_ms - start
    if (rollout instanceof Fault) {
      // A policy server that starts anew is back within seconds; what was committed goes on.
      if (now_ms - heard_ms > outage_ms_max) throw rollout
      await clock.sleep(1000)
      continue
    }
    heard_ms = now_ms
    if (rollout && rollout.revision > revision) {
      await demandNotFailed(api, revision)
      output.note(`Revision ${rollout.revision} came after it and takes its place.`)
      return undefined
    }
    if (rollout?.revision === revision) {
      tellWaves(rollout, told, output)
      why = rollout.why
      if (rollout.state === 'stopped' || rollout.state === 'rolled_back') {
        throw cliFaults.stopped({ revision, state: words(rollout.state), why })
      }
      if (rollout.state !== 'running') return rollout
    }
    if (waited_ms >= timeout_ms) {
      throw cliFaults.still_going({ revision, waited: `${Math.round(waited_ms / 1000)} s`, why })
    }
    // Most are over within a second; the others take minutes.
    await clock.sleep(waited_ms < 3000 ? 100 : 1000)
  }
}

/**
 * Gatehouse goes back by itself with a commit of its own, which looks like one that came after.
 * @throws cli.stopped when the roll-out of this revision failed
 */
async function demandNotFailed(api: ApiClient, revision: number): Promise<void> {
  const params = { revision: String(revision) }
  const { rollout: state } = await api.call('GET /api/v1/policy/commits/{revision}', { params })
  const back = await rolledBack(api, (one) => one.failed === revision)
  if (back === undefined && state !== 'stopped' && state !== 'rolled_back') return
  const why = back?.why ?? 'gatehouse history and gatehouse log tell more'
  throw cliFaults.stopped({ revision, state: back ? 'rolled back' : words(state), why })
}

export type RolledBack = {
  /** The revision that went back, the one that its failure belongs to, and why. */
  readonly revision: number
  readonly failed: number
  readonly why: string
}

/** Looks this far back in the history. */
const commits_seen = 20

/** The newest commit of this kind with which Gatehouse itself went back. */
export async function rolledBack(
  api: ApiClient,
  isMeant: (one: RolledBack) => boolean,
): Promise<RolledBack | undefined> {
  const query = { limit: commits_seen }
  const { items } = await api.call('GET /api/v1/policy/commits', { query })
  return items
    .flatMap(({ revision, author, message }) => {
      // As the notifier writes it (services/notifier/rollouts.ts).
      const [, failed, why = ''] = /^Rolled back revision (\d+): (.*)$/s.exec(message) ?? []
      if (author !== 'gatehouse' || failed === undefined) return []
      return [{ revision, failed: Number(failed), why: oneLine(why, 500) }]
    })
    .find(isMeant)
}

/** The answer, or the fault of an API or database that is away for the moment. */
async function orAway(
  asked: Promise<{ readonly rollout: RolloutView | null }>,
): Promise<RolloutView | null | Fault> {
  try {
    return (await asked).rollout
  } catch (error) {
    const is_away =
      error instanceof Fault &&
      (error.code === 'client.unreachable' || (error instanceof ApiProblem && error.status === 503))
    if (is_away) return error
    throw error
  }
}

/** `revision 12 (12-3fa9c2d1), 3 changes, by vera` */
export function commitLine({ revision, bundle, changes, author }: CommitSummary): string {
  return `revision ${revision} (${bundle}), ${counted(changes, 'change')}, by ${oneLine(author)}`
}

/** `on 3 of 3 nodes after 412 ms` */
export function rolloutLine(rollout: RolloutView): string {
  const nodes = rollout.waves.flatMap((wave) => wave.nodes)
  const applied = nodes.filter((node) => node.state === 'applied').length
  const { started_at, ended_at } = rollout
  const took = ended_at ? ` after ${Date.parse(ended_at) - Date.parse(started_at)} ms` : ''
  return `on ${applied} of ${nodes.length} nodes${took}`
}

/** A line for each wave that changed, and for each node that would not take it. */
export function waveLines(wave: WaveView): string[] {
  const done = wave.nodes.filter((node) => node.state === 'applied').length
  const head = `  ${wave.name}: ${words(wave.state)}, ${done} of ${wave.nodes.length} nodes`
  const troubled = wave.nodes.filter((node) => node.state === 'refused' || node.state === 'absent')
  return [
    head,
    ...troubled.map(
      ({ name, state, message }) =>
        `    ${name} ${state}${message ? `: ${oneLine(message, 300)}` : ''}`,
    ),
  ]
}

function tellWaves(rollout: RolloutView, told: Set<string>, output: Output): void {
  for (const wave of rollout.waves) {
    if (wave.state === 'waiting' || wave.nodes.length === 0) continue
    for (const line of waveLines(wave)) {
      // Counts go up many times a second: only what begins and ends is worth a line.
      const key = wave.state === 'running' ? line.replace(/\d+ of/, '') : line
      if (told.has(key)) continue
      told.add(key)
      output.note(line)
    }
  }
}

function words(state: string): string {
  return state.replaceAll('_', ' ')
}
