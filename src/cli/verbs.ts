/** The table of verbs. Adding one is a file in verbs/ and a line here. */
import type { Command } from 'commander'
import type { Output } from './output.ts'
import { apply } from './verbs/apply.ts'
import { attacks } from './verbs/attacks.ts'
import { audit } from './verbs/audit.ts'
import { check } from './verbs/check.ts'
import { completion } from './verbs/completion.ts'
import { explain } from './verbs/explain.ts'
import { exportPolicy } from './verbs/export.ts'
import { history } from './verbs/history.ts'
import { join } from './verbs/join.ts'
import { node } from './verbs/node.ts'
import { reload } from './verbs/reload.ts'
import { rollback } from './verbs/rollback.ts'
import { rules } from './verbs/rules.ts'
import { run } from './verbs/run.ts'
import { status } from './verbs/status.ts'
import { test } from './verbs/test.ts'
import { token } from './verbs/token.ts'
import { up } from './verbs/up.ts'
import { user } from './verbs/user.ts'
import { why } from './verbs/why.ts'

/** Adds itself to the program. */
export type Verb = (program: Command, output: Output) => void

export const verbs: readonly Verb[] = [
  up,
  run,
  check,
  status,
  attacks,
  why,
  explain,
  test,
  rules,
  reload,
  apply,
  exportPolicy,
  history,
  rollback,
  user,
  token,
  audit,
  join,
  node,
  completion,
]
