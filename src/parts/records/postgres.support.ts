/** A PostgreSQL server of its own for one test file: private directory, unix socket only, gone afterwards. */
import { existsSync } from 'node:fs'
import { chown, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { execOk } from '#parts/host/exec.ts'

export type TestServer = AsyncDisposable & {
  readonly url: string
  start(): Promise<void>
  /** Ends all connections at once, as a crash would, when `immediate`. */
  stop(mode: 'fast' | 'immediate'): Promise<void>
}

const versions_dir = '/usr/lib/postgresql'
const limits = { timeout_ms: 60_000 }

/** Throws with the command to type when the Debian package is missing: a test must not skip in silence. */
export async function postgresServer(): Promise<TestServer> {
  const bin = await programs()
  const dir = await mkdtemp(join(tmpdir(), 'gatehouse-postgres-'))
  const is_root = userInfo().uid === 0
  // initdb refuses to run as root.
  const as = is_root ? ['runuser', '-u', 'postgres', '--'] : []
  if (is_root) await chown(dir, await idOf('-u'), await idOf('-g'))
  const data = join(dir, 'data')
  const options = `-c listen_addresses= -c unix_socket_directories=${dir} -c fsync=off`
  const run = (program: string, ...args: string[]) =>
    execOk([...as, join(bin, program), ...args], { ...limits, cwd: dir })
  await run('initdb', '-D', data, '-U', 'gatehouse', '-A', 'trust', '--no-sync', '-E', 'UTF8')
  const server: TestServer = {
    url: `postgres://gatehouse@localhost/postgres?host=${encodeURIComponent(dir)}`,
    start: async () => {
      await run('pg_ctl', '-D', data, '-w', '-l', join(dir, 'log'), '-o', options, 'start')
    },
    stop: async (mode) => {
      await run('pg_ctl', '-D', data, '-w', '-m', mode, 'stop')
    },
    async [Symbol.asyncDispose]() {
      if (existsSync(join(data, 'postmaster.pid'))) await server.stop('immediate')
      await rm(dir, { recursive: true, force: true })
    },
  }
  await server.start()
  return server
}

async function programs(): Promise<string> {
  const versions = existsSync(versions_dir) ? await readdir(versions_dir) : []
  const version = versions.map(Number).sort((a, b) => b - a)[0]
  const bin = join(versions_dir, String(version), 'bin')
  if (version === undefined || version < 15 || !existsSync(join(bin, 'initdb'))) {
    throw new Error('PostgreSQL 15 is not installed; run: scripts/install-deps test')
  }
  return bin
}

async function idOf(flag: '-u' | '-g'): Promise<number> {
  return Number((await execOk(['id', flag, 'postgres'], limits)).stdout)
}
