/** Settings of the notifier: where nodes of the cluster come in. */
import { z } from '#base/schema.ts'

export const NotifierSettings = z.strictObject({
  listen: z
    .string()
    .regex(
      /^(\[[0-9a-f:.]+\]|[\w.-]+|\*):\d{1,5}$/i,
      'expected address:port, such as 127.0.0.1:12346',
    )
    .default('127.0.0.1:12346')
    .describe('Address and port where nodes join and get their policy; *:12346 for every address'),
})
export type NotifierSettings = z.infer<typeof NotifierSettings>
