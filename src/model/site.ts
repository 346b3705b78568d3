/** A site: what we protect, where it really runs, and how strict we are with it. */
import { Duration, Size, z } from '#base/schema.ts'

export const Mode = z
  .enum(['off', 'monitor', 'safe_blocking', 'block'])
  .describe(
    'off: not inspected. monitor: attacks are recorded. safe_blocking: attacks from gray-listed addresses are refused. block: attacks are refused',
  )
export type Mode = z.infer<typeof Mode>

/** One server of a site's upstream pool. Defaults and meaning as nginx documents `server` in an upstream block. */
export const Upstream = z.strictObject({
  url: z
    .url({ protocol: /^https?$/, error: 'expected an address such as http://127.0.0.1:3000' })
    .describe('Address of the server, http or https'),
  backup: z.boolean().default(false).describe('Used only when all others are out'),
  max_fails: z
    .int()
    .min(0)
    .default(3)
    .describe('Failures within fail_timeout that put it out; 0: never'),
  fail_timeout: Duration.default(30_000).describe(
    'Window for max_fails, and how long it stays out',
  ),
  max_conns: z
    .int()
    .min(0)
    .default(0)
    .describe('Most exchanges at once from one worker; 0: 1,024, tunnels not counted'),
  tls_verify: z.boolean().default(true).describe('Check the certificate of an https upstream'),
})
export type Upstream = z.infer<typeof Upstream>

const hostPattern =
  /^(\*|(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:.]+\])$/

/** Applications that we know well enough to ship exceptions and limits for. */
export const siteProfiles = ['wordpress'] as const
export type SiteProfile = (typeof siteProfiles)[number]

export const Site = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_.-]{0,62}$/, 'expected a short name in lower case, such as shop')
    .describe('Name of the site in records, console and metrics'),
  hosts: z
    .array(
      z
        .string()
        .regex(
          hostPattern,
          'expected a host in lower case such as shop.example, *.shop.example, or * for any',
        ),
    )
    .min(1)
    .max(1000)
    .describe('Host names it answers for; *.name for all below a name, * for any'),
  path: z
    .string()
    .startsWith('/', 'expected a path that starts with /')
    .default('/')
    .describe('Only requests below this path; the longest wins'),
  mode: Mode.default('block'),
  upstreams: z.array(Upstream).min(1).max(1000).describe('Where the site really runs'),
  on_fault: z
    .enum(['pass', 'refuse'])
    .default('refuse')
    .describe('What happens to a request when the engine itself fails on it'),
  block_status: z.int().min(200).max(599).default(403).describe('Status of the block page'),
  inspect_responses: z
    .boolean()
    .default(true)
    .describe('Let the rules see the answers too (phases 3 and 4)'),
  encodings_not_inspected: z
    .enum(['pass', 'refuse'])
    .default('refuse')
    .describe('Request bodies in an encoding we do not decode (br, zstd)'),
  host_to_upstream: z
    .enum(['client', 'upstream'])
    .default('client')
    .describe('Which Host the upstream sees: the one the client asked for, or its own'),
  body_size_max: Size.default(13_107_200).describe('Largest request body; a larger one gets 413'),
  profiles: z
    .array(z.enum(siteProfiles))
    .max(20)
    .default([])
    .describe('Ready exceptions and limits for an application that runs there'),
  block_page: z.string().default('').describe('Name of a block page; empty: ours'),
  paranoia_level: z.int().min(1).max(4).optional().describe('Instead of that of the rules'),
  inbound_threshold: z.int().min(1).optional().describe('Instead of that of the rules'),
  outbound_threshold: z.int().min(1).optional().describe('Instead of that of the rules'),
})
export type Site = z.infer<typeof Site>
