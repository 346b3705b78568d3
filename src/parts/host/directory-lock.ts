/** One process per directory: a lock that the kernel frees when its holder dies, however it dies. */
import { randomBytes } from 'node:crypto'
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'

export type DirectoryLock =
  | { readonly is_held: true; readonly lock: AsyncDisposable }
  | { readonly is_held: false; readonly holder: string }

/**
 * Takes the lock of `dir`, or tells who has it. The lock is an abstract unix socket (unix(7)), which lives as long as
 * its process; its name comes from a secret file in the directory, so that nobody else on the machine can take it.
 * Abstract names are known within one network namespace: two containers that share a directory are not kept apart.
 */
export async function lockDirectory(dir: string): Promise<DirectoryLock> {
  const name = `\0gatehouse-${secretOf(dir)}`
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.end(`process ${process.pid}`)
  })
  const is_held = await listen(server, name)
  if (!is_held) return { is_held, holder: await holderOf(name) }
  server.unref()
  return {
    is_held,
    lock: {
      [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
    },
  }
}

function secretOf(dir: string): string {
  const path = join(dir, 'lock-name')
  const mine = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  writeFileSync(mine, randomBytes(16).toString('hex'), { mode: 0o600 })
  try {
    // Unlike a rename, a link never replaces the name that another process has already given.
    linkSync(mine, path)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  } finally {
    rmSync(mine)
  }
  return readFileSync(path, 'utf8')
}

function listen(server: Server, name: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      codeOf(error) === 'EADDRINUSE' ? resolve(false) : reject(error),
    )
    server.listen(name, () => resolve(true))
  })
}

function holderOf(name: string): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    const done = () => resolve(text === '' ? 'another process' : text)
    const socket = connect(name)
      .setEncoding('utf8')
      .setTimeout(1_000, () => socket.destroy())
      .on('data', (part: string) => {
        text = (text + part).slice(0, 100)
      })
      .on('error', done)
      .on('close', done)
  })
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
