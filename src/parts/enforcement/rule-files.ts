/** The rule files of a bundle: `rules.json` names them, in order, with the data that they read. */
import { z } from '#base/schema.ts'
import { enforcementFaults } from './faults.ts'

/** Path → bytes. */
export type BundleFiles = ReadonlyMap<string, Uint8Array>

const Source = z.strictObject({
  /** As messages name it. */
  file: z.string(),
  /** In the bundle. */
  path: z.string(),
})

export const RuleFiles = z.strictObject({
  format: z.literal(1),
  /** In the order in which they are read. */
  sources: z.array(Source).max(2000),
  /** What an Include in one of them means. */
  includes: z.array(
    z.strictObject({ from_file: z.string(), pattern: z.string(), files: z.array(Source) }),
  ),
  /** What operators such as @pmFromFile read. */
  data: z.array(z.strictObject({ from_file: z.string(), name: z.string(), path: z.string() })),
})
export type RuleFiles = z.infer<typeof RuleFiles>

/** A file of the bundle. Throws enforcement.missing_file. */
export function fileOf(files: BundleFiles, path: string): Uint8Array {
  const bytes = files.get(path)
  if (bytes === undefined) throw enforcementFaults.missing_file({ path })
  return bytes
}
