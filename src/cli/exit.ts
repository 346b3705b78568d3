/** Exit codes, the same for every verb (docs/reference/cli.md lists them). */
import { Fault } from '#base/fault.ts'

export const exit = {
  ok: 0,
  failed: 1,
  usage: 2,
  not_running: 3,
  not_found: 4,
  no_permission: 5,
  conflict: 6,
  unreachable: 7,
  refused: 8,
} as const

/** Ends the verb with this exit code; what a person must know has been printed. */
export class Exit extends Error {
  readonly exit_code: number

  constructor(exit_code: number) {
    super(`exit ${exit_code}`)
    this.exit_code = exit_code
  }
}

const byCode: readonly (readonly [prefix: string, exit_code: number])[] = [
  ['settings.', exit.usage],
  ['seclang.', exit.usage],
  ['regex.', exit.usage],
  ['waf.', exit.usage],
  ['rulesets.', exit.usage],
  ['cli.usage', exit.usage],
  ['cli.bad_request', exit.usage],
  ['supervisor.in_use', exit.conflict],
  ['cli.exists', exit.conflict],
  ['cli.member', exit.conflict],
  ['cli.still_running', exit.conflict],
  ['cli.no_api', exit.refused],
  ['cli.no_node', exit.not_found],
  ['cli.not_listed', exit.not_found],
  ['identity.bad_pin', exit.usage],
  ['identity.bad_server', exit.usage],
  ['identity.unreachable', exit.unreachable],
  ['identity.not_gatehouse', exit.unreachable],
  ['identity.wrong_pin', exit.refused],
  ['identity.forged_server', exit.refused],
  ['notifier.nothing_stopped', exit.conflict],
  ['notifier.', exit.refused],
  ['cli.token_file', exit.usage],
  ['client.bad_server', exit.usage],
  ['client.unreachable', exit.unreachable],
  ['client.untrusted', exit.refused],
  ['policy.login_needed', exit.no_permission],
  ['policy.token_', exit.no_permission],
  ['policy.role_too_low', exit.no_permission],
  ['policy.not_yours', exit.no_permission],
  ['policy.last_administrator', exit.conflict],
  ['policy.user_exists', exit.conflict],
  ['cli.not_running', exit.not_running],
  ['cli.api_away', exit.not_running],
  ['cli.no_draft', exit.not_found],
  ['cli.drafts_many', exit.usage],
  ['cli.policy_file', exit.usage],
  ['cli.stopped', exit.failed],
  ['policy.unfit_document', exit.usage],
  ['policy.invalid_input', exit.usage],
  ['policy.check_failed', exit.usage],
  ['policy.note_required', exit.usage],
  ['policy.no_fix', exit.not_found],
  ['policy.fixes_changed', exit.conflict],
  ['policy.conflict', exit.conflict],
  ['policy.rebase_conflict', exit.conflict],
  ['policy.draft_stale', exit.conflict],
  ['policy.draft_exists', exit.conflict],
  ['policy.no_site', exit.usage],
  ['policy.file_', exit.conflict],
  ['policy.etag_', exit.conflict],
  ['records.no_network', exit.usage],
  ['records.host_bits', exit.usage],
  ['records.too_wide', exit.usage],
  ['records.protected_network', exit.refused],
  ['policy.not_found', exit.not_found],
  ['policy.read_only', exit.refused],
]

/** The exit code that a fault ends with. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof Exit) return error.exit_code
  if (!(error instanceof Fault)) return exit.failed
  return byCode.find(([prefix]) => error.code.startsWith(prefix))?.[1] ?? exit.failed
}
