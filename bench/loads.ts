/** The benchmark's requests: read in place, never copied. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

export type Load = {
  readonly method: string
  readonly uri: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string
}

/** The honest loads that are timed. */
export const timedLoads = ['get', 'getq', 'form', 'json'] as const
/** The attacks that both sides must block, or the comparison says nothing. */
export const attackLoads = ['sqli', 'xss'] as const

/** Throws with what is missing and how to get it. */
export function readLoads(): Readonly<Record<string, Load>> {
  const file = join(root, '../shared/corpus/loads.json')
  if (!existsSync(file)) throw new Error(`missing: ${file}, the benchmark's requests`)
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, Load>
}

/** OWASP CRS 4.28: shared corpus, or where scripts/fetch-crs puts it. */
export function crsDir(): string {
  const places = [
    process.env['GATEHOUSE_CRS'],
    join(root, '../shared/corpus/crs'),
    join(root, '.state/crs'),
  ]
  const found = places.find((dir) => dir && existsSync(join(dir, 'rules')))
  if (!found) throw new Error('missing: OWASP CRS 4.28: run scripts/fetch-crs')
  return found
}
