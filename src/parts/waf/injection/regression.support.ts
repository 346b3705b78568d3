import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from '#base/schema.ts'
import { transformations } from '../transformations.ts'

/** One stage of the CRS regression suite, as the four rules of the two operators see it. */
export interface Stage {
  readonly name: string
  /** Transformed values by the id of the rule that inspects them. */
  readonly values: Readonly<Record<RuleId, readonly string[]>>
  readonly expected: readonly number[]
  readonly forbidden: readonly number[]
}

export type RuleId = 941100 | 941101 | 942100 | 942101

export const rule_ids: readonly RuleId[] = [941100, 941101, 942100, 942101]

const Ids = z.array(z.number()).optional()
const Suite = z.object({
  tests: z.array(
    z.object({
      test_id: z.union([z.number(), z.string()]),
      stages: z.array(
        z.object({
          input: z.object({
            uri: z.string().optional(),
            data: z.unknown().optional(),
            headers: z.record(z.string(), z.unknown()).optional(),
          }),
          output: z.object({
            log: z.object({ expect_ids: Ids, no_expect_ids: Ids }).optional(),
          }),
        }),
      ),
    }),
  ),
})
type Input = z.infer<typeof Suite>['tests'][number]['stages'][number]['input']

const chains = {
  xss: [
    'utf8tounicode',
    'urldecodeuni',
    'htmlentitydecode',
    'jsdecode',
    'cssdecode',
    'removenulls',
  ],
  sqli: ['utf8tounicode', 'urldecodeuni', 'removenulls'],
} as const

/** All stages under `directory`; undefined when it is not there. */
export function readStages(directory: string): readonly Stage[] | undefined {
  if (!existsSync(directory)) return undefined
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  return files
    .filter((file) => /\.ya?ml$/.test(file))
    .sort()
    .flatMap((file) => readSuite(join(directory, file)))
}

function readSuite(path: string): Stage[] {
  const document: unknown = parse(readFileSync(path, 'utf8'))
  // Some files hold nothing but a comment.
  if (document === null) return []
  const suite = Suite.parse(document)
  const rule = path.slice(path.lastIndexOf('/') + 1, path.lastIndexOf('.'))
  return suite.tests.flatMap((test) =>
    test.stages.map((stage, index) => ({
      name: `${rule}-${test.test_id} stage ${index + 1}`,
      values: valuesOf(stage.input),
      expected: stage.output.log?.expect_ids ?? [],
      forbidden: stage.output.log?.no_expect_ids ?? [],
    })),
  )
}

function valuesOf(input: Input): Stage['values'] {
  const headers = new Map<string, string>()
  for (const [name, value] of Object.entries(input.headers ?? {}))
    headers.set(name.toLowerCase(), bytes(String(value)))
  const uri = bytes(input.uri ?? '/')
  const [path = '', query = ''] = split(uri, '?')
  const cookies = (headers.get('cookie') ?? '').split(/; */).flatMap((pair) => split(pair, '='))
  const agent = headers.get('user-agent') ?? ''
  const referer = headers.get('referer') ?? ''
  const body = typeof input.data === 'string' ? bytes(input.data) : ''
  const fields = [...formFields(query), ...bodyFields(body, headers.get('content-type') ?? '')]
  const common = [...cookies, agent, ...fields]
  const basename = path.slice(path.lastIndexOf('/') + 1)
  return {
    941100: transformed(common, chains.xss),
    941101: transformed([path, referer], chains.xss),
    942100: transformed([...common, referer], chains.sqli),
    942101: transformed([path, basename], chains.sqli),
  }
}

function transformed(values: readonly string[], chain: readonly string[]): string[] {
  const results = new Set<string>()
  for (const value of values) {
    let result = value
    for (const step of chain) result = (transformations.get(step) ?? missing(step))(result)
    results.add(result)
  }
  return [...results]
}

function missing(step: string): never {
  throw new Error(`Cannot read the regression suite: no transformation "${step}"`)
}

function bodyFields(body: string, type: string): string[] {
  if (body === '') return []
  if (type.includes('json')) return jsonLeaves(body)
  if (type.includes('multipart'))
    return body.split(/\r?\n--/).map((part) => part.slice(part.search(/\r?\n\r?\n/) + 1).trim())
  if (type.includes('xml')) return xmlTexts(body)
  return formFields(body)
}

function formFields(text: string): string[] {
  const decode = transformations.get('urldecode') ?? missing('urldecode')
  return text
    .split('&')
    .flatMap((pair) => split(pair, '='))
    .map(decode)
}

function jsonLeaves(body: string): string[] {
  const leaves: string[] = []
  try {
    JSON.parse(body, (key, value: unknown) => {
      leaves.push(bytes(key))
      if (typeof value !== 'object') leaves.push(bytes(String(value)))
      return value
    })
  } catch (error) {
    // Broken JSON is a test of another rule.
    if (!(error instanceof SyntaxError)) throw error
  }
  return leaves
}

function xmlTexts(body: string): string[] {
  const decode = transformations.get('htmlentitydecode') ?? missing('htmlentitydecode')
  const attributes = [...body.matchAll(/="([^"]*)"|='([^']*)'/g)]
  return [...body.split(/<[^>]*>/), ...attributes.map((found) => found[1] ?? found[2] ?? '')].map(
    decode,
  )
}

function split(text: string, at: string): string[] {
  const index = text.indexOf(at)
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + 1)]
}

function bytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}
