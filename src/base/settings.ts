/** Settings files: YAML with the line and column of everything that is wrong. The home of `yaml`. */
import { readFileSync } from 'node:fs'
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument, stringify } from 'yaml'
import { faults, messageOf } from './fault.ts'
import { nearestName } from './nearest.ts'
import { z } from './schema.ts'

export const settingsFaults = faults('settings', {
  unreadable: (f: { file: string; why: string }) => `Cannot read settings "${f.file}": ${f.why}`,
  invalid: (f: { file: string; line: number; column: number; problem: string; count: number }) =>
    `Cannot use settings: ${f.file}:${f.line}:${f.column}: ${f.problem}${f.count > 1 ? ` (and ${f.count - 1} more)` : ''}`,
})

/** One thing that is wrong, where it stands. Lines and columns start at 1. */
export type SettingsProblem = {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly path: string
  readonly message: string
}

export type SettingsResult<T> =
  | { readonly kind: 'ok'; readonly data: T; positionOf(path: readonly PropertyKey[]): Position }
  /** `raw`: what stands in the file, unchecked; undefined when it is no YAML. */
  | {
      readonly kind: 'invalid'
      readonly problems: readonly SettingsProblem[]
      readonly raw?: unknown
    }

type Position = { readonly line: number; readonly column: number }

/**
 * Reads and checks a settings file.
 *
 * Environment variables `GATEHOUSE_EDGE__WORKERS=2` override `edge.workers` when their first word is a key of the schema.
 * Throws settings.unreadable; everything else that is wrong is told in the result.
 */
export function readSettings<S extends z.ZodObject>(
  file: string,
  schema: S,
  env: Readonly<Record<string, string | undefined>> = {},
): SettingsResult<z.infer<S>> {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw settingsFaults.unreadable({ file, why: messageOf(error) }, { cause: error })
  }
  return parseSettings(text, file, schema, env)
}

/** The same for a text that is already at hand. */
export function parseSettings<S extends z.ZodObject>(
  text: string,
  file: string,
  schema: S,
  env: Readonly<Record<string, string | undefined>> = {},
): SettingsResult<z.infer<S>> {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  const broken = document.errors[0]
  if (broken) {
    const problem = { file, ...at(broken.pos[0]), path: '', message: broken.message }
    return { kind: 'invalid', problems: [problem] }
  }
  let data: unknown
  try {
    data = document.toJS({ maxAliasCount: 100 }) ?? {}
  } catch (error) {
    return {
      kind: 'invalid',
      problems: [{ file, line: 1, column: 1, path: '', message: messageOf(error) }],
    }
  }
  override(data, schema, env)
  const checked = schema.safeParse(data)
  const positionOf = (path: readonly PropertyKey[]): Position => at(offsetOf(document, path))
  if (checked.success) return { kind: 'ok', data: checked.data, positionOf }
  const problems = checked.error.issues.flatMap((issue) =>
    explain(issue, schema).map(({ path, message, is_key }) => ({
      file,
      ...at(offsetOf(document, path, is_key)),
      path: path.map(String).join('.'),
      message,
    })),
  )
  return { kind: 'invalid', problems, raw: data }
}

/** The fault that tells the first problem; all of them are printed by `gatehouse check`. */
export function invalidSettings(problems: readonly SettingsProblem[]) {
  const first = problems[0]
  return settingsFaults.invalid({
    file: first?.file ?? '',
    line: first?.line ?? 1,
    column: first?.column ?? 1,
    problem: `${first?.path ? `${first.path}: ` : ''}${first?.message ?? 'nothing is wrong'}`,
    count: problems.length,
  })
}

/** The other way: YAML that a person likes to read and that reads back the same. Lines are never folded, so that diffs stay small. */
export function writeYaml(data: unknown): string {
  return stringify(data, { lineWidth: 0, aliasDuplicateObjects: false })
}

type Located = {
  readonly path: readonly PropertyKey[]
  readonly message: string
  readonly is_key?: boolean
}

/** What is wrong by an issue of a schema, with the path of each; unknown keys come with the one that is meant. */
export function explain(issue: z.core.$ZodIssue, schema: z.ZodObject): Located[] {
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, issue.path)
    return issue.keys.map((key) => {
      const meant = nearestName(key, known)
      const hint = meant
        ? `; did you mean "${meant}"?`
        : known.length
          ? `; known are ${known.join(', ')}`
          : ''
      return {
        path: [...issue.path, key],
        message: `unknown key "${key}"${hint}`,
        is_key: true,
      }
    })
  }
  const last = issue.path.at(-1)
  // As zod words it, nobody knows what to do.
  const is_missing = issue.code === 'invalid_type' && /received undefined$/.test(issue.message)
  if (is_missing && typeof last === 'string')
    return [{ path: issue.path, message: `${last} is missing` }]
  return [{ path: issue.path, message: issue.message }]
}

function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let here: z.ZodType | undefined = schema
  for (const step of [...path, undefined]) {
    while (here && 'unwrap' in here && !(here instanceof z.ZodArray))
      here = (here as z.ZodOptional).unwrap() as z.ZodType
    if (step === undefined) break
    if (here instanceof z.ZodObject) here = here.shape[String(step)] as z.ZodType | undefined
    else if (here instanceof z.ZodArray) here = here.element as z.ZodType
    else here = undefined
  }
  return here instanceof z.ZodObject ? Object.keys(here.shape) : []
}

/** Where the deepest part of a path that stands in the file begins; for an unknown key, the key itself. */
function offsetOf(document: Document, path: readonly PropertyKey[], is_key = false): number {
  for (let length = path.length; length >= 0; length--) {
    const parent = document.getIn(path.slice(0, length - 1), true)
    const key = path[length - 1]
    if (length > 0 && isMap(parent)) {
      const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === key)
      if (pair && isNode(pair.key)) {
        const points_at_value = !is_key && length === path.length && isScalar(pair.value)
        const value = points_at_value ? pair.value : pair.key
        return (value as typeof pair.key).range?.[0] ?? 0
      }
    }
    const node = document.getIn(path.slice(0, length), true)
    if (isNode(node)) return node.range?.[0] ?? 0
  }
  return 0
}

function override(
  data: unknown,
  schema: z.ZodObject,
  env: Readonly<Record<string, string | undefined>>,
): void {
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('GATEHOUSE_') || value === undefined) continue
    const path = name.slice('GATEHOUSE_'.length).toLowerCase().split('__')
    if (!(String(path[0]) in schema.shape)) continue
    let here = data as Record<string, unknown>
    for (const step of path.slice(0, -1)) here = (here[step] ??= {}) as Record<string, unknown>
    here[String(path.at(-1))] = parseDocument(value).toJS()
  }
}
