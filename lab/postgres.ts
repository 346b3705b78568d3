/** A real PostgreSQL of the lab's own: data in a temporary folder, a free port on loopback, run as user postgres. */
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, globSync, mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type PrivatePostgres = AsyncDisposable & {
  readonly url: string
  start(): Promise<void>
  stop(mode: 'fast' | 'immediate'): Promise<void>
}

export async function privatePostgres(): Promise<PrivatePostgres> {
  const bin = globSync('/usr/lib/postgresql/*/bin').toSorted().at(-1)
  if (!bin || !existsSync(join(bin, 'initdb'))) {
    throw new Error('missing: postgresql-15: run scripts/install-deps test')
  }
  const dir = mkdtempSync(join(tmpdir(), 'gatehouse-lab-pg-'))
  chmodSync(dir, 0o777)
  const data = join(dir, 'data')
  const port = await freePort()
  const as = (program: string, ...args: string[]) =>
    execFileSync('runuser', ['-u', 'postgres', '--', join(bin, program), ...args], {
      stdio: 'ignore',
      cwd: dir,
    })
  as('initdb', '-D', data, '-A', 'trust', '-U', 'postgres', '--no-sync')
  const settings = `-c listen_addresses=127.0.0.1 -c port=${port} -c unix_socket_directories=${dir}`
  const postgres: PrivatePostgres = {
    url: `postgresql://postgres@127.0.0.1:${port}/postgres`,
    async start() {
      as('pg_ctl', '-D', data, '-w', '-o', settings, '-l', join(dir, 'log'), 'start')
    },
    async stop(mode) {
      as('pg_ctl', '-D', data, '-w', '-m', mode, 'stop')
    },
    async [Symbol.asyncDispose]() {
      try {
        await postgres.stop('immediate')
      } catch {
        // It is stopped already.
      }
      rmSync(dir, { recursive: true, force: true })
    },
  }
  await postgres.start()
  return postgres
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}
