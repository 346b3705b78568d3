/** ★ The contract of every API call. A test demands that each has exactly one handler. */
import { attacksApi } from './api/attacks.ts'
import { listsApi } from './api/lists.ts'
import { nodesApi } from './api/nodes.ts'
import { overviewApi } from './api/overview.ts'
import { policyApi } from './api/policy.ts'
import { sessionApi } from './api/session.ts'
import { systemLogApi } from './api/system-log.ts'
import { usersApi } from './api/users.ts'

export const api = {
  ...sessionApi,
  ...usersApi,
  ...attacksApi,
  ...overviewApi,
  ...policyApi,
  ...nodesApi,
  ...listsApi,
  ...systemLogApi,
} as const

export type Api = typeof api
export type ApiCall = keyof Api
