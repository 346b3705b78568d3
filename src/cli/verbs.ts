/** The table of verbs. Adding one is a file in verbs/ and a line here. */
import type { Command } from 'commander'
import type { Output } from './output.ts'
import { apply } from './verbs/apply.ts'
import { attacks } from './verbs/attacks.ts'
import { audit } from './verbs/audit.ts'
import { ban, unban } from './verbs/ban.ts'
import { check } from './verbs/check.ts'
import { commit } from './verbs/commit.ts'
import { completion } from './verbs/completion.ts'
import { diff } from './verbs/diff.ts'
import { doctor } from './verbs/doctor.ts'
import { draft } from './verbs/draft.ts'
import { explain } from './verbs/explain.ts'
import { exportPolicy } from './verbs/export.ts'
import { fix } from './verbs/fix.ts'
import { history } from './verbs/history.ts'
import { join } from './verbs/join.ts'
import { list } from './verbs/list.ts'
import { log } from './verbs/log.ts'
import { node } from './verbs/node.ts'
import { reload } from './verbs/reload.ts'
import { replay } from './verbs/replay.ts'
import { rollback } from './verbs/rollback.ts'
import { rollout } from './verbs/rollout.ts'
import { rules } from './verbs/rules.ts'
import { run } from './verbs/run.ts'
import { schema } from './verbs/schema.ts'
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
  doctor,
  attacks,
  why,
  explain,
  test,
  rules,
  reload,
  apply,
  exportPolicy,
  schema,
  diff,
  draft,
  replay,
  commit,
  history,
  rollback,
  rollout,
  fix,
  ban,
  unban,
  list,
  log,
  user,
  token,
  audit,
  join,
  node,
  completion,
]
