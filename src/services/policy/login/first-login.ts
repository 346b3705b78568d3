/** The first user: made when there is none, with a password that works until it is changed. */
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault } from '#base/fault.ts'
import { uuidv7 } from '#base/id.ts'
import type { World } from '#base/service.ts'
import { oneTimePassword, type Passwords } from '#parts/identity/passwords.ts'
import { type NewActivity, withActivity } from '#parts/records/activity.ts'
import type { Database } from '#parts/records/database.ts'
import { createUser, findUser, hasNoUsers, setPassword } from '#parts/records/users.ts'

export type Login = { readonly username: string; readonly password: string }

export type FirstLogin = Disposable & {
  /** To be shown to whoever starts the program; undefined once the password was changed. */
  readonly login: Login | undefined
  /** The user has a password of its own now: nothing of the first one is kept. */
  forget(username: string): Promise<void>
}

const username = 'admin'
/** First and longest wait for a database that is away. */
const retry_ms = { first: 500, max: 5_000 }

/**
 * The one-time password also stands in `<state_dir>/first-login` (0600) until it is changed: a program that dies
 * before anybody read its output must not lock its owner out. When the database is away, the user is made later and
 * only that file tells the password.
 */
export async function firstLogin(
  context: {
    readonly database: Database
    readonly state_dir: string
    readonly passwords: Passwords
  },
  world: World,
): Promise<FirstLogin> {
  const path = join(context.state_dir, 'first-login')
  const closing = new AbortController()
  let login: Login | undefined
  const forget = async (changed: string) => {
    if (changed !== username) return
    login = undefined
    await rm(path, { force: true })
  }
  try {
    login = await ensure(context, path, world)
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'records.unavailable') throw error
    world.log.trouble('first_login.waits', error)
    void later(context, path, { ...world, stop: AbortSignal.any([world.stop, closing.signal]) })
  }
  return {
    get login() {
      return login
    },
    forget,
    [Symbol.dispose]: () => closing.abort(),
  }
}

/** Tries again until the database is there. A bug in it ends the process, as everywhere. */
async function later(
  context: Parameters<typeof ensure>[0],
  path: string,
  world: World,
): Promise<void> {
  for (let wait_ms = retry_ms.first; !world.stop.aborted; ) {
    await world.clock.sleep(wait_ms, world.stop).catch(() => {})
    wait_ms = Math.min(wait_ms * 2, retry_ms.max)
    if (world.stop.aborted) return
    try {
      if (await ensure(context, path, world)) world.log.event('first_login.made', { path })
      return
    } catch (error) {
      if (!(error instanceof Fault)) throw error
    }
  }
}

async function ensure(
  context: { readonly database: Database; readonly passwords: Passwords },
  path: string,
  world: World,
): Promise<Login | undefined> {
  const { database, passwords } = context
  const user = await findUser(database, username)
  if (user && (!user.must_change_password || user.password_changed_at)) {
    await rm(path, { force: true })
    return undefined
  }
  const kept = await readFile(path, 'utf8').catch(() => undefined)
  const known = kept?.trim()
  if (user && known && (await passwords.verify(user.password_hash, known))) {
    return { username, password: known }
  }
  const password = oneTimePassword()
  const password_hash = await passwords.hash(password)
  // Written first: a user whose password nobody can read would be worse than a file without its user.
  await write(path, `${password}\n`)
  if (user) {
    const next = { password_hash, must_change_password: true, password_changed_at: null }
    await setPassword(database, user.id, next)
    return { username, password }
  }
  if (!(await hasNoUsers(database))) {
    await rm(path, { force: true })
    return undefined
  }
  const now = world.clock.now()
  const at = new Date(now).toISOString()
  const user_made = {
    id: uuidv7(now),
    username,
    role: 'administrator',
    password_hash,
    must_change_password: true,
    created_at: at,
  } as const
  const is_made = await withActivity(
    database,
    (inner) => createUser(inner, user_made),
    (is_new) => (is_new ? firstEntry(at) : undefined),
  )
  return is_made ? { username, password } : undefined
}

function firstEntry(at: string): NewActivity {
  const details = { role: 'administrator' }
  const subject = `user ${username}`
  return { at, who: 'gatehouse', client: 'local', action: 'users.create', subject, details }
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true, mode: 0o700 })
  const beside = `${path}.new`
  await using file = await open(beside, 'w', 0o600)
  await file.chmod(0o600)
  await file.writeFile(text)
  await file.sync()
  await rename(beside, path)
}
