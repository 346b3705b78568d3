/**
 * The policy: everything that is decided once and enforced on every node. One schema makes types, validation, API,
 * console form and reference. In the written form (`PolicyDocument`) durations and sizes are texts with their units;
 * `Policy.parse` reads it, `Policy.encode` writes it with every default spelled out.
 */
import { Duration, z } from '#base/schema.ts'
import { AttackType } from './attack-type.ts'
import { Exception } from './exception.ts'
import { Site } from './site.ts'

const name = z.string().regex(/^[a-z0-9][a-z0-9_.-]{0,62}$/, 'expected a short name in lower case')
/** `` for every site. */
const site = z.string().default('').describe('Name of the site; empty: all sites')

export const RuleChoice = z.strictObject({
  set: z
    .string()
    .default('package')
    .describe(
      'package (the distribution’s modsecurity-crs), a directory, or a version kept by `gatehouse rules add`',
    ),
  paranoia_level: z.int().min(1).max(4).default(1).describe('1: few false alarms … 4: strictest'),
  inbound_threshold: z
    .int()
    .min(1)
    .default(5)
    .describe('Anomaly score from which a request is an attack'),
  outbound_threshold: z.int().min(1).default(4).describe('The same for responses'),
  allowed_methods: z
    .array(z.string().regex(/^[A-Z]{1,20}$/, 'expected a method such as PUT'))
    .max(100)
    .default([])
    .describe(
      'Methods that requests may use, all of them; empty: what the rule set allows (GET HEAD POST OPTIONS)',
    ),
  allowed_content_types: z
    .array(
      z.string().regex(/^[a-z0-9.+-]+\/[a-z0-9.+-]+$/, 'expected a type such as application/json'),
    )
    .max(200)
    .default([])
    .describe('Types that request bodies may have, all of them; empty: what the rule set allows'),
})
export type RuleChoice = z.infer<typeof RuleChoice>

/** A request that must or must not meet rules, kept beside the rules it is for. */
export const RuleTest = z.strictObject({
  name: z.string().min(1).max(200),
  site,
  method: z
    .string()
    .regex(/^[A-Z]{1,20}$/)
    .default('GET'),
  uri: z.string().startsWith('/').max(8192),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().max(65_536).default(''),
  expect_rules: z.array(z.int()).max(1000).default([]).describe('Rules that must match'),
  expect_not_rules: z.array(z.int()).max(1000).default([]).describe('Rules that must not match'),
  expect_blocked: z.boolean().optional().describe('Whether the request must be blocked'),
})
export type RuleTest = z.infer<typeof RuleTest>

/** Rules of one's own in the ModSecurity rule language, loaded after the rule set. */
export const OwnRules = z.strictObject({
  name: name.describe('File name in messages: own/NAME.conf'),
  text: z.string().max(1_048_576).describe('SecRule and SecAction directives'),
  data: z
    .record(z.string().regex(/^[\w.-]{1,100}$/), z.string().max(1_048_576))
    .default({})
    .describe('Files that @pmFromFile and @ipMatchFromFile of these rules name'),
  tests: z.array(RuleTest).max(500).default([]).describe('Run at every check and commit'),
})
export type OwnRules = z.infer<typeof OwnRules>

export const rateKeys = ['client', 'client_path', 'site', 'session'] as const

/** At most so many requests of one key; counted on each node by itself (GCRA). */
export const RateLimit = z.strictObject({
  name,
  site,
  path: z.string().startsWith('/').default('/*').describe('A path, or a beginning followed by *'),
  methods: z
    .array(z.string().regex(/^[A-Z]{1,20}$/))
    .max(100)
    .default([])
    .describe('Empty: all'),
  key: z
    .enum(rateKeys)
    .default('client')
    .describe(
      'What is counted: client address (IPv6: its /64), client and path, whole site, session cookie (else client; all sessions of a client together ten times as much)',
    ),
  rate: z
    .string()
    .regex(/^[1-9]\d{0,6}\/(s|m|h)$/, 'expected a rate such as 10/s, 30/m or 500/h')
    .describe('Requests per second, minute or hour'),
  burst: z.int().min(0).max(100_000).default(0).describe('So many more at once'),
  status: z.union([z.literal(429), z.literal(503)]).default(429),
})
export type RateLimit = z.infer<typeof RateLimit>

/** Clients that do something too often get onto an IP list by themselves. Words of Fail2Ban. */
export const Jail = z.strictObject({
  name,
  enabled: z.boolean().default(true),
  site,
  attack_types: z.array(AttackType).max(100).default([]).describe('Which hits count; empty: all'),
  path: z.string().default('').describe('Only hits on this path, or on a beginning followed by *'),
  maxretry: z.int().min(1).max(100_000).default(5).describe('So many hits …'),
  findtime: Duration.default(600_000).describe('… within this time …'),
  bantime: Duration.default(600_000).describe('… and the client is listed for so long'),
  list: z.enum(['deny', 'gray']).default('deny'),
})
export type Jail = z.infer<typeof Jail>

/** What a blocked visitor sees. `${request_id}`, `${client}`, `${node}`, `${site}`, `${at}` are filled in. */
export const BlockPage = z.strictObject({
  name,
  html: z.string().min(1).max(262_144),
})
export type BlockPage = z.infer<typeof BlockPage>

/** Parameters, headers or JSON keys whose values are masked in records, besides those that are always. */
export const Mask = z.strictObject({
  name: z.string().min(1).max(100).describe('Name of the parameter, header or JSON key'),
  site,
})
export type Mask = z.infer<typeof Mask>

export const NodeGroup = z.strictObject({
  name,
  parent: z.string().default('').describe('Group that this one is part of'),
})
export type NodeGroup = z.infer<typeof NodeGroup>

/** How a commit reaches the nodes: policy servers first, then the canary group, then waves. */
export const Rollout = z.strictObject({
  canary_group: z.string().default('').describe('Group that gets a commit before all others'),
  wave_size: z.int().min(0).max(1000).default(0).describe('Nodes in one wave; 0: all at once'),
  wait: Duration.default(0).describe(
    'How long a wave is watched before the next; 0: receipts only',
  ),
  error_rate_max: z
    .number()
    .min(0)
    .max(1)
    .default(0.05)
    .describe('Most that the share of failed requests may grow in a wave while it is watched'),
  block_rate_max: z
    .number()
    .min(0)
    .max(1)
    .default(0.2)
    .describe('Most that the share of blocked requests may grow in a wave while it is watched'),
  receipt_timeout: Duration.default(30_000).describe(
    'A node that says nothing for so long stops the wave',
  ),
  note_required: z.boolean().default(false).describe('Whether a commit needs a note'),
})
export type Rollout = z.infer<typeof Rollout>

/** Repetitions that are told; nobody reads on. */
const told_max = 100

const unique =
  <T>(key: (item: T) => string, what: string) =>
  (items: readonly T[], ctx: z.RefinementCtx) => {
    const seen = new Set<string>()
    let told = 0
    for (const [i, item] of items.entries()) {
      const name = key(item)
      if (!seen.has(name)) seen.add(name)
      else if (told++ < told_max)
        ctx.addIssue({ code: 'custom', path: [i], message: `${what} "${name}" stands above` })
    }
  }
const byName = (item: { readonly name: string }): string => item.name
const byNameAndSite = ({ name, site }: Mask): string => (site === '' ? name : `${name} of ${site}`)

export const Policy = z.strictObject({
  rules: RuleChoice.prefault({}),
  own_rules: z
    .array(OwnRules)
    .max(1000)
    .superRefine(unique(byName, 'a set of rules named'))
    .default([]),
  sites: z.array(Site).max(5000).superRefine(unique(byName, 'a site named')).default([]),
  exceptions: z
    .array(Exception)
    .max(50_000)
    .superRefine(unique(byName, 'an exception named'))
    .default([]),
  rate_limits: z
    .array(RateLimit)
    .max(5000)
    .superRefine(unique(byName, 'a rate limit named'))
    .default([]),
  jails: z.array(Jail).max(1000).superRefine(unique(byName, 'a jail named')).default([]),
  block_pages: z
    .array(BlockPage)
    .max(1000)
    .superRefine(unique(byName, 'a block page named'))
    .default([]),
  masks: z.array(Mask).max(10_000).superRefine(unique(byNameAndSite, 'a mask of')).default([]),
  groups: z.array(NodeGroup).max(1000).superRefine(unique(byName, 'a group named')).default([]),
  rollout: Rollout.prefault({}),
})
/** Durations in milliseconds, sizes in bytes, every default filled in. */
export type Policy = z.output<typeof Policy>
/** As people write it, as YAML and JSON carry it; what is left out has its default. */
export type PolicyDocument = z.input<typeof Policy>

/** Parts of the policy, in the order in which they are written. */
export const policySections = [
  'rules',
  'own_rules',
  'sites',
  'exceptions',
  'rate_limits',
  'jails',
  'block_pages',
  'masks',
  'groups',
  'rollout',
] as const satisfies readonly (keyof Policy)[]
export type PolicySection = (typeof policySections)[number]
