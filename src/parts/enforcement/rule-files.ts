/** The rule files of a bundle: `rules.json` names them, in order, with the data that they read. */
import { z } from '#base/schema.ts'
import type { BundleFiles } from '#parts/bundle/bundle.ts'
import { enforcementFaults } from './faults.ts'
import { Profile } from './profiles.ts'

const Source = z.strictObject({
  /** As messages name it. */
  file: z.string(),
  /** In the bundle. */
  path: z.string(),
})

export const RuleFiles = z.strictObject({
  format: z.literal(1),
  /** In the order in which they are read. */
  sources: z.array(Source).max(4000),
  /** What an Include in one of them means. */
  includes: z.array(
    z.strictObject({ from_file: z.string(), pattern: z.string(), files: z.array(Source) }),
  ),
  /** What operators such as @pmFromFile read. */
  data: z.array(z.strictObject({ from_file: z.string(), name: z.string(), path: z.string() })),
  /** Those that sites of the policy use. */
  profiles: z.array(Profile),
})
export type RuleFiles = z.infer<typeof RuleFiles>

/** A file of the bundle. Throws enforcement.missing_file. */
export function fileOf(files: BundleFiles, path: string): Uint8Array {
  const bytes = files.get(path)
  if (bytes === undefined) throw enforcementFaults.missing_file({ path })
  return bytes
}

/** A JSON file of the bundle by its schema. Throws enforcement.missing_file and bad_file. */
export function jsonOf<S extends z.ZodType>(
  files: BundleFiles,
  path: string,
  schema: S,
): z.output<S> {
  const text = Buffer.from(fileOf(files, path)).toString('utf8')
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (cause) {
    throw enforcementFaults.bad_file({ path, problem: 'it is no JSON' }, { cause })
  }
  return parsedBy(schema, data, path)
}

/** What a schema makes of data of the bundle. Throws enforcement.bad_file. */
export function parsedBy<S extends z.ZodType>(schema: S, data: unknown, path: string): z.output<S> {
  const checked = schema.safeParse(data)
  if (checked.success) return checked.data
  const [issue] = checked.error.issues
  const problem = `${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? 'unknown'}`
  throw enforcementFaults.bad_file({ path, problem }, { cause: checked.error })
}
