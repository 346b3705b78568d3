/** ★ The contract of every API call. A test demands that each has exactly one handler. */
import { attacksApi } from './api/attacks.ts'
import { overviewApi } from './api/overview.ts'
import { sessionApi } from './api/session.ts'
import { usersApi } from './api/users.ts'

export const api = { ...sessionApi, ...usersApi, ...attacksApi, ...overviewApi } as const

export type Api = typeof api
export type ApiCall = keyof Api
