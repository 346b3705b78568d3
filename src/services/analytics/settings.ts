/** Settings of analytics: where records come in and how hits become attacks. */
import { Duration, z } from '#base/schema.ts'
import { facilities } from './exports/rfc5424.ts'

const prefixes = z
  .array(z.string().min(1).max(100))
  .max(50)
  .default([])
  .describe(
    'Only messages whose name begins so: rollout., node.joined, attack; left out: everything',
  )

export const SyslogExport = z.strictObject({
  kind: z.literal('syslog'),
  address: z
    .string()
    .regex(
      /^(udp|tcp|tls):\/\/(\[[0-9a-fA-F:]+\]|[\w.-]+):\d{1,5}$/,
      'expected udp://host:514, tcp://host:601 or tls://host:6514',
    )
    .describe('Where syslog messages (RFC 5424) go'),
  facility: z.enum(facilities).default('local0').describe('Under which facility'),
  ca: z
    .string()
    .optional()
    .describe('PEM file of the authority of the receiver; left out: those that Node.js knows'),
  events: prefixes,
})
export type SyslogExport = z.infer<typeof SyslogExport>

export const WebhookExport = z.strictObject({
  kind: z.literal('webhook'),
  url: z
    .url({ protocol: /^https?$/ })
    .refine((url) => !new URL(url).username, 'expected an address without a user in it')
    .describe('Each message is POSTed there as JSON'),
  secret: z
    .string()
    .optional()
    .describe('File with the secret that messages are signed with (HMAC-SHA256)'),
  events: prefixes,
})
export type WebhookExport = z.infer<typeof WebhookExport>

export const Export = z.discriminatedUnion('kind', [SyslogExport, WebhookExport])
export type Export = z.infer<typeof Export>

export const AnalyticsSettings = z.strictObject({
  listen: z.string().default('127.0.0.1:3313').describe('Where edges deliver their records'),
  attack_gap: Duration.default(3_600_000).describe(
    'A hit after a longer silence opens a new attack',
  ),
  retention: Duration.default(2_592_000_000).describe(
    'How long attacks, hits and system events are kept',
  ),
  export: z
    .array(Export)
    .max(8)
    .default([])
    .describe('Other systems that are told of system events and attacks'),
  traffic_retention: Duration.default(2_592_000_000).describe('How long traffic counts are kept'),
})
export type AnalyticsSettings = z.infer<typeof AnalyticsSettings>
