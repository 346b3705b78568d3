/** A directory with an embedded database in it, copied from one that was made once: to make one takes seconds of CPU. */
import { createHash, randomUUID } from 'node:crypto'
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { World } from '#base/service.ts'
import { type Database, openDatabase } from './database.ts'
import { testWorld } from './records.support.ts'

const root = join(import.meta.dirname, '../../..')

/** An empty embedded database, migrated, in `dir`, which holds none yet. */
export async function openPrepared(dir: string, world: World): Promise<Database> {
  const template = join(root, '.state/test-database', key())
  if (!existsSync(template)) await makeTemplate(template)
  mkdirSync(dir, { recursive: true })
  // The cluster only: what names the directory's lock must stay its own.
  cpSync(join(template, 'pgdata'), join(dir, 'pgdata'), { recursive: true })
  return openDatabase({ kind: 'embedded', dir }, world)
}

/** Another engine or another migration needs another template. */
function key(): string {
  const hash = createHash('sha256')
  const files = globSync('src/parts/records/{migrations/*,engine/embedded-thread}.ts', {
    cwd: root,
  })
  for (const file of [...files.sort(), 'node_modules/@electric-sql/pglite/package.json']) {
    hash.update(readFileSync(join(root, file)))
  }
  return hash.digest('hex').slice(0, 16)
}

async function makeTemplate(template: string): Promise<void> {
  const aside = `${template}.${randomUUID()}`
  mkdirSync(aside, { recursive: true })
  const database = await openDatabase({ kind: 'embedded', dir: aside }, testWorld())
  await database[Symbol.asyncDispose]()
  try {
    renameSync(aside, template)
  } catch {
    // Another test was first; theirs is as good.
    rmSync(aside, { recursive: true, force: true })
  }
}
