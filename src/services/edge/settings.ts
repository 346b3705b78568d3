/** Settings of the edge: where it listens, whom it trusts, how long it waits, what it refuses. */
import { Duration, Size, z } from '#base/schema.ts'

const address = z
  .string()
  .regex(/^(\[[0-9a-f:.]+\]|[\w.-]+|\*):\d{1,5}$/i, 'expected address:port, such as 0.0.0.0:80')

export const EdgeListener = z.strictObject({
  address: address.describe('Address and port; *:80 for every address'),
  tls: z.boolean().default(false).describe('Speak TLS, with HTTP/2 and HTTP/1.1'),
  proxy_protocol: z
    .boolean()
    .default(false)
    .describe('Expect a PROXY header (v1 or v2) from trusted_proxies on every connection'),
})

export const EdgeSettings = z.strictObject({
  workers: z
    .union([z.literal('auto'), z.int().min(1).max(256)])
    .default('auto')
    .describe('Processes that take connections; auto: one per core'),
  listen: z
    .array(EdgeListener)
    .min(1)
    .default([{ address: '*:80', tls: false, proxy_protocol: false }]),
  certificates: z
    .array(z.strictObject({ cert: z.string(), key: z.string() }))
    .default([])
    .describe(
      'PEM files (chain, key); chosen by the names in the certificate, the first is the default',
    ),
  trusted_proxies: z
    .array(z.string())
    .default([])
    .describe(
      'Addresses and networks whose X-Forwarded-For, Forwarded and PROXY headers are believed',
    ),
  client_address_from: z
    .enum(['x-forwarded-for', 'forwarded'])
    .default('x-forwarded-for')
    .describe(
      'The one field in which trusted proxies tell the client address; the other is not read',
    ),
  timeouts: z
    .strictObject({
      header: Duration.default(10_000).describe('For the whole request header'),
      body: Duration.default(30_000).describe('Longest silence while the body comes'),
      idle: Duration.default(65_000).describe('Keep-alive without a request'),
      upstream_connect: Duration.default(5_000),
      upstream_response: Duration.default(60_000).describe(
        'Until the first byte of the answer, and between bytes',
      ),
      drain: Duration.default(30_000).describe('For requests under way at stop and reload'),
    })
    .prefault({}),
  limits: z
    .strictObject({
      header_count: z.int().min(10).max(1000).default(100),
      header_size: Size.default(32_768).describe('Request line and all header fields together'),
      uri_size: z.int().min(256).default(16_384).describe('Bytes of the request target'),
      connections: z.int().min(10).default(20_000).describe('Per worker'),
      connections_per_client: z
        .int()
        .min(1)
        .default(1_000)
        .describe('Per worker and client address'),
      inspect_body: Size.default(1_048_576).describe(
        'How much of a response body is inspected; more streams on',
      ),
      inspect_ms: z
        .int()
        .min(10)
        .default(1000)
        .describe('Longest time in the rules for one request'),
      buffered_bodies: Size.default(268_435_456).describe(
        'Request bodies held for inspection, per worker',
      ),
    })
    .prefault({}),
  sample_requests_per_s: z
    .int()
    .min(0)
    .max(100)
    .default(2)
    .describe('Requests without a finding kept for replay, masked, per worker; 0: none'),
  admin: address.default('127.0.0.8:8081').describe('Status, metrics and health; loopback only'),
  spool_size_max: Size.default(268_435_456).describe(
    'Records kept on disk while analytics is away, per worker',
  ),
})
export type EdgeSettings = z.infer<typeof EdgeSettings>
