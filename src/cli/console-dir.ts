/** Where the built console lies; it is no part of a clone. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const console_dir = fileURLToPath(new URL('../../console/dist', import.meta.url))

export function isConsoleBuilt(): boolean {
  return existsSync(join(console_dir, 'index.html'))
}
