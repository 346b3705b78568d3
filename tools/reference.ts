/** Writes docs/reference/policy.md from the schema of the policy: `node tools/reference.ts`. A test says when it is stale. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { policySections } from '#model/policy.ts'
import { policySchema } from '#model/policy-schema.ts'
import { siteProfiles } from '#model/site.ts'
import { profileData } from '#parts/enforcement/profiles.ts'

export const referencePath = fileURLToPath(new URL('../docs/reference/policy.md', import.meta.url))
export const examplesPath = fileURLToPath(new URL('./reference/examples.yaml', import.meta.url))

/** As far as the schema of the policy goes. */
type Json = {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Json[]
  readonly items?: Json
  readonly properties?: Readonly<Record<string, Json>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Json | boolean
  readonly pattern?: string
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly maxItems?: number
}

/** What each section is for, where its fields do not say it. */
const about: Readonly<Record<(typeof policySections)[number], string>> = {
  rules: 'Which rule set runs, and how strict it is. Sites may be stricter or laxer.',
  own_rules:
    'Rules in the ModSecurity rule language, loaded after the rule set, with their data files and tests. A commit whose tests fail is refused.',
  sites: 'What is protected. A request belongs to the site with its host and the longest path.',
  exceptions:
    'Rules that do not count for a parameter, on a path, of a site. `gatehouse fix REQUEST_ID` finds the narrowest one. Without rules and tags it means all rules, and needs a parameter.',
  rate_limits: 'At most so many requests. Each node counts for itself.',
  jails: 'Clients that are refused too often get onto an IP list, on every node, for a while.',
  block_pages:
    'What a refused visitor sees. `$' +
    '{request_id}`, and so `client`, `node`, `site` and `at`, are filled in.',
  masks:
    'Names whose values never leave the edge, besides passwords, card numbers, `Authorization` and `Cookie`.',
  groups: 'Groups of nodes: `gatehouse node invite --group`, `gatehouse node group`.',
  rollout: 'How a commit reaches the nodes: policy servers, then the canary group, then waves.',
}

/** The whole page. */
export function policyReference(examples: string): string {
  const schema = policySchema() as Json
  const sections = policySections.map((name) => {
    const part = schema.properties?.[name] ?? {}
    return [
      `## ${name}`,
      about[name],
      ...tables(name, part.items ?? part),
      '```yaml',
      exampleOf(examples, name),
      '```',
    ]
      .join('\n\n')
      .replace(/```yaml\n\n/g, '```yaml\n')
      .replace(/\n\n```(\n|$)/g, '\n```$1')
  })
  return `${[head, ...sections, ...siteProfiles.map(profile), lists].join('\n\n')}\n`
}

const head = `<!-- Made by tools/reference.ts; do not edit. -->
# The policy file

What \`gatehouse export\` writes and \`gatehouse apply\` reads: YAML with these sections, each of which may be left out. What is left out
has its default; unknown keys are errors, and the key that was probably meant is named. \`gatehouse schema\` prints the JSON Schema
for editors; \`gatehouse export --all\` spells every default out. In the settings file of the policy server \`sites:\` is the
section of the same name, and \`rules:\` has \`files:\` besides.

Durations: \`500ms\`, \`30s\`, \`5m\`, \`12h\`, \`7d\`. Sizes: \`512B\`, \`64KiB\`, \`13MiB\`, \`1GiB\`. In the tables **needed** means that there is no default.`

const lists = `## lists

IP lists that belong to the file; no part of the policy, so that they reach every node at once. Left out: as they are.

\`\`\`yaml
lists:
  - { kind: deny, network: 198.51.100.0/24, reason: scanner, expires_at: '2027-01-01T00:00:00Z' }
  - { kind: allow, network: 192.0.2.7, site: shop }
  - { kind: gray, network: 2001:db8::/32 }
\`\`\``

/** One for the thing itself, one for each list of things inside it. */
function tables(title: string, schema: Json): string[] {
  const fields = Object.entries(schema.properties ?? {})
  const rows = fields.map(([name, field]) => {
    const is_needed = schema.required?.includes(name) === true
    return `| \`${name}\` | ${typeOf(field)} | ${is_needed ? '**needed**' : defaultOf(field)} | ${cell(field.description ?? '')} |`
  })
  const inner = fields.flatMap(([name, field]) =>
    field.items?.properties ? [`Each of \`${title}.${name}\`:`, ...tables(name, field.items)] : [],
  )
  return [
    ['| key | type | default | what it is |', '|---|---|---|---|', ...rows].join('\n'),
    ...inner,
  ]
}

function typeOf(schema: Json): string {
  if (schema.enum) return schema.enum.map((one) => `\`${String(one)}\``).join(', ')
  if (schema.const !== undefined) return `\`${String(schema.const)}\``
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' or ')
  if (schema.type === 'array')
    return `list of ${schema.items?.properties ? 'things' : typeOf(schema.items ?? {})}`
  if (schema.type === 'object') return 'names and texts'
  if (schema.format === 'date-time') return 'time (UTC)'
  if (schema.pattern?.includes('(ms|s|m|h|d)')) return 'duration'
  if (schema.pattern?.includes('KiB')) return 'size'
  if (schema.type === 'integer' || schema.type === 'number') return `${schema.type}${range(schema)}`
  return { string: 'text', boolean: 'true or false' }[schema.type ?? ''] ?? schema.type ?? 'text'
}

function range({ minimum, maximum }: Json): string {
  const most = maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum
  const least = minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum
  if (least === undefined && most === undefined) return ''
  if (most === undefined) return `, ${least} or more`
  return `, ${least} to ${most}`
}

function defaultOf({ default: given }: Json): string {
  return given === undefined ? '' : `\`${JSON.stringify(given)}\``
}

/** A cell is one line, and \`|\` ends it. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}

/** This section of the examples as it is written there. */
function exampleOf(examples: string, section: string): string {
  const text = examples.split(/^(?=[a-z_]+:)/m).find((part) => part.startsWith(`${section}:`))
  if (text === undefined) throw new Error(`${examplesPath} has no example of ${section}`)
  return text.trimEnd()
}

function profile(name: (typeof siteProfiles)[number]): string {
  const { exceptions, rate_limits } = profileData[name]
  return [
    `## The profile ${name}`,
    `With \`profiles: [${name}]\` a site has these exceptions and limits besides those of the policy. Exceptions are for the paths, methods and parameters of the application only; paths are below that of the site.`,
    exceptions
      .map(({ paths, why }) => `- ${paths.map((path) => `\`${path}\``).join(', ')}: ${why}`)
      .join('\n'),
    'Rate limits:',
    rate_limits
      .map(({ name: limit, paths, methods = [], rate, burst, status }) => {
        const what = `${methods.join(', ') || 'all methods'} ${paths.map((path) => `\`${path}\``).join(', ')}`
        return `- \`${limit}\`: ${what}: ${rate} of one client, ${burst} more at once, then ${status}`
      })
      .join('\n'),
  ].join('\n\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(referencePath, policyReference(readFileSync(examplesPath, 'utf8')))
