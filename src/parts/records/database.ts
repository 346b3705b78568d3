/** ★ The lasting truth: one database, embedded or a PostgreSQL server, with its tables up to date. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Kysely, PostgresDialect } from 'kysely'
import { Fault, messageOf } from '#base/fault.ts'
import type { World } from '#base/service.ts'
import { type DirectoryLock, lockDirectory } from '#parts/host/directory-lock.ts'
import { type EmbeddedLink, embeddedLink } from './engine/embedded.ts'
import { diskForcer } from './engine/force-to-disk.ts'
import { type Gate, gate } from './engine/gate.ts'
import type { Link } from './engine/link.ts'
import { serverLink } from './engine/server.ts'
import { recordsFaults } from './faults.ts'
import { migrate } from './migrate.ts'
import type { Tables } from './tables.ts'

export type DatabaseSettings =
  | { readonly kind: 'embedded'; readonly dir: string }
  | { readonly kind: 'postgres'; readonly url: string }

export type Database = AsyncDisposable & {
  readonly kind: DatabaseSettings['kind']
  /**
   * Where all SQL starts. Every call throws `records.unavailable` while the database is away.
   * Inside a transaction use only the transaction: the embedded database has one connection, and waiting for a
   * second one *never* ends.
   */
  readonly kysely: Kysely<Tables>
  /** Undefined when calls can succeed, else why they cannot. */
  readonly trouble: () => string | undefined
  /** Resolves when all that is committed survives a loss of power; a server does so by itself. */
  durable(): Promise<void>
  /** What nobody does for an embedded database: vacuum, statistics, checkpoint. A server does so by itself. */
  maintain(): Promise<void>
}

/** First and longest wait between two tries to reach a database that is away. */
const retry_ms = { first: 250, max: 5_000 }

/**
 * Embedded: resolves when the tables are there. PostgreSQL: resolves at once and keeps trying while it is away.
 * @throws records.no_access, records.in_use, records.broken, records.not_migrated (embedded only)
 */
export function openDatabase(settings: DatabaseSettings, world: World): Promise<Database> {
  return settings.kind === 'embedded'
    ? openEmbedded(settings.dir, world)
    : Promise.resolve(openServer(settings.url, world))
}

async function openEmbedded(dir: string, world: World): Promise<Database> {
  await using rising = new AsyncDisposableStack()
  const claim = await claimed(dir)
  if (!claim.is_held) throw recordsFaults.in_use({ dir, holder: claim.holder })
  rising.use(claim.lock)

  const keeper = new AbortController()
  const door = watchedGate(world)
  let link = await startEmbedded(dir, door, world)
  const guard = async () => {
    while (!keeper.signal.aborted) {
      const died = await link.died
      if (keeper.signal.aborted) return
      door.turn({ why: died.message })
      world.log.trouble('records.engine_died', died)
      await retried(world, keeper.signal, async () => {
        link = await startEmbedded(dir, door, world)
      })
    }
  }
  const guarding = guard()
  rising.defer(async () => {
    keeper.abort()
    door.turn({ why: 'it is closed' })
    await link.close()
    // A new link may have come up while the old one was closed.
    await guarding
    await link.close()
    door.turn({ why: 'it is closed' })
  })
  const kysely = kyselyOn(door)
  const force = diskForcer(dir)
  const closing = rising.move()
  return {
    kind: 'embedded',
    kysely,
    trouble: door.trouble,
    durable: force,
    async maintain() {
      const client = await door.connect()
      try {
        await client.query('vacuum analyze', [])
        await client.query('checkpoint', [])
      } finally {
        client.release()
      }
      await force()
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}

/** Makes the directory when there is none. */
async function claimed(dir: string): Promise<DirectoryLock> {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    return await lockDirectory(dir)
  } catch (cause) {
    throw recordsFaults.no_access({ dir, why: messageOf(cause) }, { cause })
  }
}

async function startEmbedded(dir: string, door: Gate, world: World): Promise<EmbeddedLink> {
  const link = await embeddedLink(dir, world.clock).catch((error: unknown) => {
    if (error instanceof Fault) throw error
    throw recordsFaults.broken(
      { dir: join(dir, 'pgdata'), why: messageOf(error) },
      { cause: error },
    )
  })
  try {
    await migrateOver(link)
  } catch (error) {
    await link.close()
    throw error
  }
  door.turn({ link })
  return link
}

function openServer(url: string, world: World): Database {
  const link = serverLink(url)
  const door = watchedGate(world)
  const keeper = new AbortController()
  const rising = retried(world, keeper.signal, async () => {
    await migrateOver(link).catch((error: unknown) => {
      door.turn({ why: error instanceof Fault ? String(error.facts['why']) : messageOf(error) })
      throw error
    })
    door.turn({ link })
  })
  return {
    kind: 'postgres',
    kysely: kyselyOn(door),
    trouble: door.trouble,
    durable: () => Promise.resolve(),
    maintain: () => Promise.resolve(),
    async [Symbol.asyncDispose]() {
      keeper.abort()
      await rising
      door.turn({ why: 'it is closed' })
      await link.close()
    },
  }
}

/** Past the door, which opens only after this. */
async function migrateOver(link: Link): Promise<void> {
  const inner = gate({ lost() {}, works() {} })
  inner.turn({ link })
  await migrate(inner)
}

function kyselyOn(door: Gate): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool: door }) })
}

/** Tries until it works or the signal ends it; a fault that stays the same is logged once. */
async function retried(
  world: World,
  signal: AbortSignal,
  attempt: () => Promise<void>,
): Promise<void> {
  let wait_ms = retry_ms.first
  let told = ''
  while (!signal.aborted) {
    try {
      await attempt()
      world.log.event('records.opened')
      return
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      if (error.message !== told) world.log.trouble('records.not_opened', error)
      told = error.message
    }
    await world.clock.sleep(wait_ms, signal).catch(() => {})
    wait_ms = Math.min(wait_ms * 2, retry_ms.max)
  }
}

/** The same outage is told again after this long. */
const retold_ms = 60_000

/** A gate that logs when the database goes away and when it is back, not every call in between. */
function watchedGate(world: World): Gate & { trouble(): string | undefined } {
  let why: string | undefined = 'it is not open yet'
  let told = { why: '', at_ms: Number.NEGATIVE_INFINITY, is_over: true }
  const door = gate({
    lost(reason) {
      why = reason
      const now_ms = world.clock.elapsed()
      if (told.why === reason && now_ms - told.at_ms < retold_ms) return
      told = { why: reason, at_ms: now_ms, is_over: false }
      world.log.trouble('records.lost', recordsFaults.unavailable({ why: reason }))
    },
    works() {
      why = undefined
      if (told.is_over) return
      told.is_over = true
      world.log.event('records.found_again')
    },
  })
  return {
    ...door,
    turn(state) {
      why = 'why' in state ? state.why : undefined
      door.turn(state)
    },
    trouble: () => why,
  }
}
