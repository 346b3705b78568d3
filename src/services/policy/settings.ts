/** Settings of the policy service: API and console. */
import { Duration, z } from '#base/schema.ts'

export const PolicySettings = z.strictObject({
  listen: z.string().default('127.0.0.1:8080').describe('Address and port of console and API'),
  tls: z
    .enum(['auto', 'on', 'off'])
    .default('auto')
    .describe('auto: off on a loopback address, on elsewhere. off is refused elsewhere'),
  certificate: z
    .strictObject({ cert: z.string(), key: z.string() })
    .optional()
    .describe('PEM files for the console; without them a self-signed one is made and kept'),
  session_idle: Duration.default(43_200_000),
  session_max: Duration.default(604_800_000),
})
export type PolicySettings = z.infer<typeof PolicySettings>
