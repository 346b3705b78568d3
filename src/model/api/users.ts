/** Users, tokens and what everyone did. */
import { z } from '#base/schema.ts'
import { Activity, ActivityCheck } from '../activity.ts'
import { Role, TokenView, UserView } from '../user.ts'
import { type Contracts, pageOf, pageQuery } from './contract.ts'

const username = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[\w.@+-]+$/, 'expected letters, digits and . @ + - _')
const named = z.strictObject({ username })
const oneTimePassword = z.strictObject({
  username: z.string(),
  one_time_password: z.string().describe('Told only now; must be changed at the next login'),
})

export const usersApi = {
  'GET /api/v1/users': {
    id: 'users.list',
    summary: 'All users',
    access: 'administrator',
    response: z.strictObject({ users: z.array(UserView) }),
  },
  'POST /api/v1/users': {
    id: 'users.create',
    summary: 'A new user with a one-time password',
    access: 'administrator',
    body: z.strictObject({ username, role: Role.exclude(['deploy']) }),
    response: oneTimePassword,
  },
  'PUT /api/v1/users/{username}': {
    id: 'users.write',
    summary: 'Change a role; ends the sessions of that user. The last administrator stays one',
    access: 'administrator',
    params: named,
    body: z.strictObject({ role: Role.exclude(['deploy']) }),
    response: UserView,
  },
  'DELETE /api/v1/users/{username}': {
    id: 'users.remove',
    summary: 'Remove a user with all sessions and tokens',
    access: 'administrator',
    params: named,
  },
  'POST /api/v1/users/{username}/password-reset': {
    id: 'users.reset_password',
    summary: 'Give a user a one-time password; ends all sessions of that user',
    access: 'administrator',
    params: z.strictObject({ username: z.string().min(1).max(100) }),
    response: oneTimePassword,
  },
  'DELETE /api/v1/users/{username}/totp': {
    id: 'users.remove_totp',
    summary: 'Take the second factor off a user who lost it; ends all sessions of that user',
    access: 'administrator',
    params: named,
  },
  'GET /api/v1/tokens': {
    id: 'tokens.list',
    summary: 'Your tokens; all of them for an administrator',
    access: 'viewer',
    response: z.strictObject({ tokens: z.array(TokenView) }),
  },
  'POST /api/v1/tokens': {
    id: 'tokens.create',
    summary: 'A new token: personal with at most your role, or deploy (administrators)',
    access: 'viewer',
    body: z.strictObject({
      name: z
        .string()
        .min(1)
        .max(100)
        // Shown in terminals and in the activity log.
        .regex(/^[\p{L}\p{N} ._:@/+()-]+$/u, 'expected letters, digits, spaces and ._:@/+()-'),
      kind: z.enum(['personal', 'deploy']).default('personal'),
      role: Role.optional().describe('Of a personal token; left out: your own'),
      ttl_s: z
        .int()
        .min(60)
        .max(315_360_000)
        .nullable()
        .default(7_776_000)
        .describe('Null: for ever'),
    }),
    response: z.strictObject({ token: z.string().describe('Told only now'), view: TokenView }),
  },
  'DELETE /api/v1/tokens/{id}': {
    id: 'tokens.revoke',
    summary: 'Make a token void; others’ only as administrator',
    access: 'viewer',
  },
  'GET /api/v1/activity': {
    id: 'activity.list',
    summary: 'Who changed what, newest first',
    access: 'analyst',
    query: z.strictObject({ ...pageQuery, q: z.string().max(100).optional() }),
    response: pageOf(Activity),
  },
  'GET /api/v1/activity/verify': {
    id: 'activity.verify',
    summary: 'Recompute the whole chain of hashes',
    access: 'analyst',
    query: z.strictObject({
      head: z
        .string()
        .regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits')
        .optional()
        .describe('A hash that was noted earlier: it must be part of the chain'),
    }),
    response: ActivityCheck,
  },
} as const satisfies Contracts
