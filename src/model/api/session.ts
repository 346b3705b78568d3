/** Logging in and out. */
import { z } from '#base/schema.ts'
import { SessionInfo } from '../user.ts'
import type { Contracts } from './contract.ts'

export const sessionApi = {
  'POST /api/v1/session': {
    id: 'session.open',
    summary: 'Log in; sets the session cookie',
    access: 'public',
    body: z.strictObject({
      username: z.string().min(1).max(100),
      password: z.string().min(1).max(1000),
      totp: z
        .string()
        .regex(/^\d{6}$/, 'expected six digits')
        .optional()
        .describe('Second factor, for users who have one'),
    }),
    response: SessionInfo,
  },
  'GET /api/v1/session': {
    id: 'session.get',
    summary: 'Who am I',
    access: 'session',
    response: SessionInfo,
  },
  'DELETE /api/v1/session': { id: 'session.close', summary: 'Log out', access: 'session' },
  'POST /api/v1/session/password': {
    id: 'session.change_password',
    summary: 'Change your own password; ends your other sessions',
    access: 'session',
    body: z.strictObject({
      current_password: z.string().min(1).max(1000),
      new_password: z.string().min(12, 'expected at least 12 characters').max(1000),
    }),
    response: SessionInfo,
  },
  'POST /api/v1/session/totp': {
    id: 'session.begin_totp',
    summary:
      'Begin to use a second factor: a secret for your authenticator, in force once confirmed',
    access: 'session',
    body: z.strictObject({ current_password: z.string().min(1).max(1000) }),
    response: z.strictObject({ secret: z.string(), uri: z.string() }),
  },
  'PUT /api/v1/session/totp': {
    id: 'session.confirm_totp',
    summary:
      'Confirm the second factor with a code from your authenticator; ends your other sessions',
    access: 'session',
    body: z.strictObject({ totp: z.string().regex(/^\d{6}$/, 'expected six digits') }),
    response: SessionInfo,
  },
  'DELETE /api/v1/session/totp': {
    id: 'session.remove_totp',
    summary: 'Stop using your second factor; ends your other sessions',
    access: 'session',
    body: z.strictObject({
      current_password: z.string().min(1).max(1000),
      totp: z.string().regex(/^\d{6}$/, 'expected six digits'),
    }),
  },
} as const satisfies Contracts
