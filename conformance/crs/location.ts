/** Where the CRS release and its regression suite lie. They are never part of this repository. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

/** The release that the counts in this suite belong to. */
export const crsVersion = '4.28.0'

export type CrsPlace =
  | { readonly kind: 'found'; readonly dir: string }
  | { readonly kind: 'missing'; readonly sentence: string }

/** Looks at GATEHOUSE_CRS, then beside the project, then where `scripts/fetch-crs` puts it. */
export function findCrs(environment = process.env): CrsPlace {
  const named = environment['GATEHOUSE_CRS']
  const places = named
    ? [named]
    : [join(root, '..', 'shared', 'corpus', 'crs'), join(root, '.state', 'crs')]
  const dir = places.find((place) => existsSync(join(place, 'tests', 'regression', 'tests')))
  if (dir !== undefined) return { kind: 'found', dir }
  const sentence =
    `Cannot run the 5,003 regression tests of OWASP CRS ${crsVersion}: no rules with tests in ` +
    `${places.join(' or ')}. Run scripts/fetch-crs, or name a release's folder in GATEHOUSE_CRS`
  return { kind: 'missing', sentence }
}
