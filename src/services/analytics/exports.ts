/**
 * Exports: system events and attacks, told to other systems in their order. Each target reads the database at its own
 * pace and notes how far it came: one that is away holds nobody up, and gets what it missed. Of several analytics services
 * on one database one tells a target; when it ends, another goes on where it was.
 */
import { Fault, messageOf } from '#base/fault.ts'
import type { World } from '#base/service.ts'
import { attacksChangedSince, lastChange } from '#parts/records/attacks.ts'
import type { Database } from '#parts/records/database.ts'
import { eventsSince, lastEvent } from '#parts/records/events.ts'
import {
  type ExportPlaces,
  export_lease_ms,
  forgetExports,
  holdExport,
  releaseExports,
  saveExportPlaces,
} from '#parts/records/export-cursors.ts'
import type { Sender } from './exports/sender.ts'
import { syslogSender } from './exports/syslog.ts'
import { isWanted, type Told, toldOf, toldOfAttack } from './exports/told.ts'
import { webhookSender } from './exports/webhook.ts'
import { analyticsFaults } from './faults.ts'
import type { Export } from './settings.ts'

const look_ms = 1_000
const pause_max_ms = 60_000
const end_ms = 2_000
/** A batch takes 20 s at most (connect and write): what was held so shortly before is still ours after it. */
const hold_ms = export_lease_ms / 6
/** How often one looks whether the other still tells. */
const wait_ms = 5_000

/** Until disposed. `holder` names this analytics service among all on the database. @throws analytics.export_unreadable */
export function exports(
  targets: readonly Export[],
  database: Database,
  world: World,
  holder = 'this',
): AsyncDisposable {
  const stop = new AbortController()
  using rising = new DisposableStack()
  const senders = targets.map((settings) => rising.use(senderOf(settings, world)))
  const running = targets.flatMap((settings, i) => {
    const sender = senders[i]
    return sender ? [run(settings, sender, { database, holder }, world, stop.signal)] : []
  })
  // In vain while the database is away; the next start does it.
  const forgetting = tolerant(forgetExports(database, targets.map(nameOf), holder))
  const opened = rising.move()
  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      // What is under way is cut off; it was not noted, and is told again.
      opened.dispose()
      const over = new AbortController()
      const limit = world.clock.sleep(end_ms, over.signal).catch(() => {})
      const ended = Promise.all([...running, forgetting])
      await Promise.race([ended.then(() => tolerant(releaseExports(database, holder))), limit])
      over.abort()
    },
  }
}

/** The database may be away. */
async function tolerant(chore: Promise<void>): Promise<void> {
  try {
    await chore
  } catch (error) {
    if (!(error instanceof Fault)) throw error
  }
}

function senderOf(settings: Export, { clock, log }: World): Sender {
  return settings.kind === 'syslog'
    ? syslogSender(settings, clock)
    : webhookSender(settings, clock, log)
}

/** Names the target in the database and the log; without what may be secret in a query. */
export function nameOf(settings: Export): string {
  if (settings.kind === 'syslog') return `syslog ${settings.address}`
  const { origin, pathname } = new URL(settings.url)
  return `webhook ${origin}${pathname}`
}

type Ground = { readonly database: Database; readonly holder: string }

async function run(
  settings: Export,
  sender: Sender,
  { database, holder }: Ground,
  { clock, log }: World,
  stop: AbortSignal,
): Promise<void> {
  const target = nameOf(settings)
  let places: ExportPlaces | undefined
  let held_ms = 0
  let pause_ms = 0
  let trouble: string | undefined
  // Ends the wait only: what is under way has its own time limits.
  const rest = (ms: number) => clock.sleep(ms, stop).catch(() => {})
  while (!stop.aborted) {
    try {
      if (places === undefined || clock.elapsed() - held_ms >= hold_ms) {
        held_ms = clock.elapsed()
        places = await held(database, target, holder)
      }
      if (places === undefined) {
        await rest(wait_ms)
        continue
      }
      const next = await following(database, places, sender.batch_max)
      const batch = next.told.filter((told) => isWanted(told, settings.events))
      if (batch.length > 0) await sender.send(batch)
      if (next.told.length > 0) {
        const is_ours = await saveExportPlaces(database, target, holder, next.places)
        places = is_ours ? next.places : undefined
      }
      if (trouble !== undefined) log.event('export.resumed', { target })
      trouble = undefined
      pause_ms = 0
      if (next.told.length === 0) await rest(look_ms)
    } catch (error) {
      if (stop.aborted) return
      const why = messageOf(error)
      // Told once, and again when the reason is another one.
      if (why !== trouble) {
        log.trouble('export.stopped', analyticsFaults.cannot_export({ target, why }))
      }
      trouble = why
      pause_ms = Math.min(pause_max_ms, Math.max(look_ms, pause_ms * 2))
      await rest(pause_ms)
    }
  }
}

/** Where it stands, when it is ours to tell. A new target hears of what happens from now on. */
async function held(
  database: Database,
  target: string,
  holder: string,
): Promise<ExportPlaces | undefined> {
  const beginning = { events: await lastEvent(database), attacks: await lastChange(database) }
  return await holdExport(database, target, holder, beginning)
}

/** What comes next, at most so much of it, and where one stands after it. */
async function following(
  database: Database,
  places: ExportPlaces,
  limit: number,
): Promise<{ readonly told: readonly Told[]; readonly places: ExportPlaces }> {
  const { number, events } = await eventsSince(database, places.events, limit)
  if (events.length > 0) {
    return { told: events.map(toldOf), places: { ...places, events: number } }
  }
  const { change, attacks } = await attacksChangedSince(database, places.attacks, limit)
  return { told: attacks.map(toldOfAttack), places: { ...places, attacks: change } }
}
