/** Users, as far as somebody must help one of them. */
import { z } from '#base/schema.ts'
import type { Contracts } from './contract.ts'

export const usersApi = {
  'POST /api/v1/users/{username}/password-reset': {
    id: 'users.reset_password',
    summary: 'Give a user a one-time password; ends all sessions of that user',
    access: 'administrator',
    params: z.strictObject({ username: z.string().min(1).max(100) }),
    response: z.strictObject({
      username: z.string(),
      one_time_password: z.string().describe('Told only now; must be changed at the next login'),
    }),
  },
} as const satisfies Contracts
