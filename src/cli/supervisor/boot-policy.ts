/**
 * The policy of the settings file as files, for the time before the first commit: revision 0. One
 * file below `boot/`, named by the hash of its content, so that workers read it by name.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '#base/fault.ts'
import { z } from '#base/schema.ts'
import { type BundleFiles, contentOf } from '#parts/bundle/bundle.ts'
import { supervisorFaults } from '../faults.ts'
import type { PolicyRef } from './messages.ts'

/** Path and bytes, in base64. */
const BootFile = z.array(z.tuple([z.string(), z.base64()]))

/** Writes it down; `id` is the hash of the content. */
export function writeBootPolicy(state_dir: string, files: BundleFiles): PolicyRef {
  const { content } = contentOf(files)
  const dir = join(state_dir, 'boot')
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const list = [...files].map(([path, bytes]) => [path, Buffer.from(bytes).toString('base64')])
  const path = join(dir, `${content}.json`)
  writeFileSync(`${path}.new`, JSON.stringify(list), { mode: 0o600 })
  renameSync(`${path}.new`, path)
  return { kind: 'boot', id: content }
}

/** @throws supervisor.boot_policy_broken */
export function readBootPolicy(state_dir: string, id: string): BundleFiles {
  const path = join(state_dir, 'boot', `${id}.json`)
  try {
    const list = BootFile.parse(JSON.parse(readFileSync(path, 'utf8')))
    const files = new Map(list.map(([name, text]) => [name, Buffer.from(text, 'base64')] as const))
    if (contentOf(files).content !== id) throw new Error('its content is another one')
    return files
  } catch (cause) {
    throw supervisorFaults.boot_policy_broken({ path, why: messageOf(cause) }, { cause })
  }
}

/** Removes those that nobody needs any more. */
export function pruneBootPolicies(state_dir: string, kept_id: string): void {
  const dir = join(state_dir, 'boot')
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  for (const name of readdirSync(dir))
    if (name !== `${kept_id}.json`) rmSync(join(dir, name), { force: true })
}
