/** Settings of analytics: where records come in and how hits become attacks. */
import { Duration, z } from '#base/schema.ts'

export const AnalyticsSettings = z.strictObject({
  listen: z.string().default('127.0.0.1:3313').describe('Where edges deliver their records'),
  attack_gap: Duration.default(3_600_000).describe(
    'A hit after a longer silence opens a new attack',
  ),
  retention: Duration.default(2_592_000_000).describe(
    'How long attacks, hits and system events are kept',
  ),
  traffic_retention: Duration.default(2_592_000_000).describe('How long traffic counts are kept'),
})
export type AnalyticsSettings = z.infer<typeof AnalyticsSettings>
