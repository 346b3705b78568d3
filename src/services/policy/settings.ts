/** Settings of the policy service: API and console. */
import { Duration, z } from '#base/schema.ts'

export const PolicySettings = z.strictObject({
  listen: z
    .string()
    .regex(
      /^(\[[0-9a-f:.]+\]|[\w.-]+|\*):\d{1,5}$/i,
      'expected address:port, such as 127.0.0.1:8080',
    )
    .default('127.0.0.1:8080')
    .describe('Address and port of console and API; *:8443 for every address'),
  hosts: z
    .array(
      z
        .string()
        .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'expected a host name in lower case, no port'),
    )
    .default([])
    .describe('Names under which browsers reach the console; addresses and localhost always work'),
  tls: z
    .enum(['auto', 'on', 'off'])
    .default('auto')
    .describe('auto: off on a loopback address, on elsewhere. off is refused elsewhere'),
  certificate: z
    .strictObject({ cert: z.string(), key: z.string() })
    .optional()
    .describe('PEM files for the console; without them a self-signed one is made and kept'),
  session_idle: Duration.default(43_200_000).describe('A session without a call for so long ends'),
  replay_requests_max: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(20_000)
    .describe('Requests that passed, kept to try changes of the policy on; the newest'),
  replay_age: Duration.default(604_800_000).describe('The same: not longer than this'),
  session_max: Duration.default(604_800_000).describe('Every session ends after so long'),
})
export type PolicySettings = z.infer<typeof PolicySettings>
