/** The policy as a file: what `gatehouse export` writes and `gatehouse apply` reads. */
import { readFileSync } from 'node:fs'
import { Fault, messageOf } from '#base/fault.ts'
import { z } from '#base/schema.ts'
import {
  parseSettings,
  type SettingsProblem,
  type SettingsResult,
  writeYaml,
} from '#base/settings.ts'
import { ListKind } from '#model/ip-list.ts'
import { Policy } from '#model/policy.ts'
import { compactDocument } from '#model/policy-compact.ts'
import { policySchema } from '#model/policy-schema.ts'
import { ApiProblem } from '#parts/client/client.ts'
import { listNetwork } from '#parts/records/list-networks.ts'
import { Exit, exit } from './exit.ts'
import { cliFaults } from './faults.ts'
import type { Output } from './output.ts'

/** What the API takes, in YAML twice as long at most. */
const file_bytes_max = 64 * 1024 ** 2
const problems_shown_max = 50

/** An entry of an IP list as the file has it. */
export const FileEntry = z.strictObject({
  kind: ListKind,
  network: z.string().min(2).max(50),
  site: z.string().max(63).default(''),
  reason: z.string().max(500).default(''),
  expires_at: z.iso.datetime().nullable().default(null),
})
export type FileEntry = z.infer<typeof FileEntry>

const PolicyFile = Policy.extend({
  lists: z.array(FileEntry).max(100_000).optional().describe('IP lists; left out: as they are'),
})

/** JSON Schema (2020-12) of such a file. */
export function policyFileSchema(): Record<string, unknown> {
  const policy = policySchema()
  const file = z.toJSONSchema(PolicyFile, { io: 'input' })
  const { lists } = file.properties ?? {}
  return { ...policy, properties: { ...(policy['properties'] as object), lists } }
}

export type ReadPolicy = {
  /** In written form, every default spelled out. */
  readonly document: Record<string, unknown>
  /** Undefined when the file does not speak of lists. */
  readonly lists: readonly FileEntry[] | undefined
  /** The revision that `gatehouse export` wrote at its top; undefined when there is no such line. */
  readonly revision: number | undefined
  /** Where in the file a path of the policy stands, for what the server finds wrong. */
  problemAt(path: string, message: string): SettingsProblem
}

export type PolicyFileResult =
  | ({ readonly kind: 'ok' } & ReadPolicy)
  | { readonly kind: 'invalid'; readonly problems: readonly SettingsProblem[] }

/** Reads and checks a file, `-` for standard input. @throws cli.policy_file */
export function readPolicyFile(file: string): PolicyFileResult {
  return parsePolicy(textOf(file), file === '-' ? 'standard input' : file)
}

export function parsePolicy(text: string, file: string): PolicyFileResult {
  const result: SettingsResult<z.infer<typeof PolicyFile>> = parseSettings(text, file, PolicyFile)
  if (result.kind === 'invalid') return { kind: 'invalid', problems: result.problems }
  if (!/^(?!---|\.\.\.|%)[^#\s]/m.test(text)) {
    // A file that was cut off must not take all sites away; `sites: []` does, for who means it.
    const message = 'there is nothing in it, not even "sites: []"'
    return { kind: 'invalid', problems: [{ file, line: 1, column: 1, path: '', message }] }
  }
  const { lists: written, ...policy } = result.data
  const { entries: lists, wrong } = oneSpelling(written)
  if (wrong.length > 0) {
    const problems = wrong.map(({ path, message }) => ({
      ...{ file, path: path.join('.'), message },
      ...result.positionOf(path),
    }))
    return { kind: 'invalid', problems }
  }
  return {
    kind: 'ok',
    document: Policy.encode(policy) as Record<string, unknown>,
    lists,
    revision: revisionIn(text),
    problemAt: (path, message) => ({
      file,
      ...result.positionOf(
        path.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step)),
      ),
      path,
      message,
    }),
  }
}

type Wrong = { readonly path: readonly (string | number)[]; readonly message: string }

/** Entries the way the API keeps them, so that they can be compared; what it would refuse anyway. */
function oneSpelling(written: readonly FileEntry[] | undefined): {
  readonly entries: readonly FileEntry[] | undefined
  readonly wrong: readonly Wrong[]
} {
  const seen = new Set<string>()
  const wrong: Wrong[] = []
  const entries = written?.map((entry, i) => {
    const expires_at = entry.expires_at && new Date(entry.expires_at).toISOString()
    try {
      // Which nodes must not be denied, only the server knows.
      const network = listNetwork(entry.network, entry.kind, [])
      const key = JSON.stringify([entry.kind, network, entry.site])
      if (seen.has(key))
        wrong.push({ path: ['lists', i], message: `${entry.kind} ${network} stands above` })
      seen.add(key)
      return { ...entry, network, expires_at }
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      wrong.push({ path: ['lists', i, 'network'], message: error.message })
      return entry
    }
  })
  return { entries, wrong }
}

/** The same, for verbs that end when the file is wrong: tells all that is, with file, line and column. @throws cli.policy_file, Exit */
export function policyOf(file: string, output: Output, json = false): ReadPolicy {
  const read = readPolicyFile(file)
  if (read.kind === 'ok') return read
  tellProblems(read.problems, output, json)
  if (read.problems.some(({ path }) => path === 'state_dir' || path === 'edge'))
    output.note(
      `${file} looks like settings of a node; gatehouse export shows how a policy is written`,
    )
  throw new Exit(exit.usage)
}

export function tellProblems(
  problems: readonly SettingsProblem[],
  output: Output,
  json: boolean,
): void {
  if (json) {
    output.json({ ok: false, problems })
    return
  }
  for (const { file, line, column, path, message } of problems.slice(0, problems_shown_max))
    output.note(`${file}:${line}:${column}: ${path ? `${path}: ` : ''}${message}`)
  const more = problems.length - problems_shown_max
  if (more > 0) output.note(`… and ${more} more (--json has them all)`)
}

/** What the server found wrong in a document of ours, at its place in the file; anything else is thrown on. */
export async function placingProblems<T>(
  read: ReadPolicy,
  output: Output,
  json: boolean,
  call: () => Promise<T>,
): Promise<T> {
  try {
    return await call()
  } catch (error) {
    const errors = error instanceof ApiProblem ? (error.problem.errors ?? []) : []
    if (!(error instanceof ApiProblem) || error.status >= 500 || errors.length === 0) throw error
    const problems = errors.map(({ path, message }) => read.problemAt(listPath(path), message))
    if (!json) output.note(`error: ${error.message}`)
    tellProblems(problems, output, json)
    throw new Exit(exit.usage)
  }
}

/** `body.entries.3.network` of the API is `lists.3.network` of the file. */
function listPath(path: string): string {
  return path.replace(/^body\.entries(?=\.|$)/, 'lists').replace(/^body\.document\.?/, '')
}

/** The comment line at the top of an export. */
function revisionIn(text: string): number | undefined {
  const [, number] = /^(?:#.*\n)*# revision: (\d{1,9})$/m.exec(text.slice(0, 2000)) ?? []
  return number === undefined ? undefined : Number(number)
}

/** YAML without what is default anyway, unless `all` is wanted. */
export function writePolicy(
  document: Readonly<Record<string, unknown>>,
  lists: readonly FileEntry[] | undefined,
  all = false,
): string {
  const compact: Record<string, unknown> = all ? { ...document } : { ...compactDocument(document) }
  return writeYaml(lists ? { ...compact, lists: lists.map(compactEntry) } : compact)
}

function compactEntry({ kind, network, site, reason, expires_at }: FileEntry) {
  return {
    kind,
    network,
    ...(site && { site }),
    ...(reason && { reason }),
    ...(expires_at && { expires_at }),
  }
}

function textOf(file: string): string {
  try {
    // A pipe has no size of its own.
    const text = readFileSync(file === '-' ? 0 : file, 'utf8')
    if (text.length <= file_bytes_max) return text
  } catch (cause) {
    throw cliFaults.policy_file({ file, why: messageOf(cause) }, { cause })
  }
  const why = `it has more than ${file_bytes_max} bytes`
  throw cliFaults.policy_file({ file, why })
}
