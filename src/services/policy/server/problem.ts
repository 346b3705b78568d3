/** Every error of the API as a problem (RFC 9457): what status and title each fault has. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { Fault } from '#base/fault.ts'
import type { Log } from '#base/log.ts'
import type { Problem } from '#model/problem.ts'
import { Parts, policyFaults } from '../faults.ts'

const kinds: Readonly<Record<string, readonly [status: number, title: string]>> = {
  'policy.not_found': [404, 'Not found'],
  'policy.method_not_allowed': [405, 'Method not allowed'],
  'policy.invalid_input': [400, 'Invalid input'],
  'policy.not_readable': [400, 'Not readable'],
  'policy.login_needed': [401, 'Login needed'],
  'policy.login_failed': [401, 'Login failed'],
  'policy.token_wrong': [401, 'Token not valid'],
  'policy.two_identities': [400, 'Two identities'],
  'policy.totp_needed': [401, 'Second factor needed'],
  'policy.totp_wrong': [401, 'Second factor wrong'],
  'policy.totp_not_begun': [409, 'No second factor to confirm'],
  'policy.totp_exists': [409, 'Second factor exists'],
  'policy.totp_missing': [409, 'No second factor'],
  'policy.user_exists': [409, 'User exists'],
  'policy.too_many': [409, 'Too many'],
  'policy.last_administrator': [409, 'Last administrator'],
  'policy.not_yours': [403, 'Not yours'],
  'policy.token_role': [403, 'Role not possible'],
  'policy.session_needed': [403, 'Login needed'],
  'policy.too_many_logins': [429, 'Too many failed logins'],
  'policy.too_many_calls': [429, 'Too many calls'],
  'policy.too_many_listeners': [503, 'Too many live streams'],
  'policy.role_too_low': [403, 'Role too low'],
  'policy.password_must_change': [403, 'Password must be changed'],
  'policy.password_wrong': [403, 'Wrong password'],
  'policy.password_unfit': [400, 'Unfit password'],
  'policy.no_password': [409, 'No password to change'],
  'policy.csrf_token_wrong': [403, 'Wrong CSRF token'],
  'policy.other_origin': [403, 'Call from another origin'],
  'policy.host_unknown': [421, 'Unknown host'],
  'policy.console_not_built': [503, 'Console not built'],
  'policy.etag_needed': [428, 'State must be named'],
  'policy.etag_stale': [412, 'Changed since'],
  'policy.draft_too_large': [413, 'Draft too large'],
  'policy.document_too_large': [413, 'Policy too large'],
  'policy.draft_exists': [409, 'Draft exists'],
  'policy.no_site': [400, 'No such site'],
  'policy.draft_stale': [409, 'Draft too old'],
  'policy.unfit_document': [400, 'Unfit policy'],
  'policy.check_failed': [422, 'Check failed'],
  'policy.note_required': [400, 'Note required'],
  'policy.file_is_behind': [409, 'File is behind'],
  'policy.file_needs_note': [400, 'Note required'],
  'policy.conflict': [409, 'Somebody was first'],
  'policy.rebase_conflict': [409, 'Both changed the same'],
  'policy.no_fix': [404, 'No such fix'],
  'policy.fixes_changed': [409, 'Fixes changed'],
  'policy.files_lost': [409, 'Files are lost'],
  'policy.busy': [503, 'Busy'],
  'policy.compiler_died': [422, 'Cannot be checked'],
  'policy.policy_server': [409, 'Policy server'],
  'policy.node_connected': [409, 'Node is connected'],
  'policy.deploy_role': [403, 'Edges only'],
  'policy.no_second_policy_server': [409, 'One policy server'],
  'policy.own_records': [409, 'Records in two places'],
  'notifier.nothing_stopped': [409, 'Nothing to resume'],
  'records.bad_value': [400, 'Unfit value'],
  'records.unavailable': [503, 'Database unavailable'],
  'records.no_network': [400, 'No network'],
  'records.host_bits': [400, 'Host bits set'],
  'records.too_wide': [400, 'Too wide'],
  'records.protected_network': [409, 'Network is needed'],
  'records.lists_full': [409, 'Lists are full'],
  'records.bad_cursor': [400, 'Invalid cursor'],
  'identity.busy': [503, 'Busy'],
  'identity.seal_broken': [503, 'Second factor not readable'],
  'identity.seal_key_unreadable': [503, 'Second factor not readable'],
}

const seal_sentence =
  'Cannot check the second factor: the key of this policy server does not open it; an administrator can take it off'

/** Where the sentence of the fault names what lies behind us. */
const own_sentences: Readonly<Record<string, string>> = {
  'identity.seal_broken': seal_sentence,
  'identity.seal_key_unreadable': seal_sentence,
  'records.unavailable': 'Cannot reach the database: the log has the reason',
}

/** A document of 10,000 exceptions may be wrong 10,000 times; nobody reads on. */
const parts_max = 500

/** When to come again after a 503 whose fault does not say. */
const retry_after_s = 5

/** What a thrown thing means to the caller. Pure. */
export function problemOf(error: unknown, request_id: string): Problem {
  const fault = faultOf(error)
  const [kind_status, title] = kinds[fault.code] ?? [500, 'Internal error']
  const status = fault.code === 'policy.not_readable' ? statusOf(error) : kind_status
  const is_known = fault.code in kinds
  const sentence = own_sentences[fault.code] ?? fault.message
  const errors = partsOf(error)
  return {
    type: `urn:gatehouse:problem:${is_known ? fault.code : 'policy.bug'}`,
    title,
    status,
    // The sentence of a fault that is not meant for callers may name paths and hosts of this machine.
    detail: is_known ? sentence : policyFaults.bug({}).message,
    instance: `urn:uuid:${request_id}`,
    code: is_known ? fault.code : 'policy.bug',
    ...(errors.length > 0 ? { errors } : {}),
  }
}

/** Answers with the problem; what the caller cannot have caused is logged. */
export function sendProblem(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  log: Log,
): FastifyReply {
  const problem = problemOf(error, request.id)
  if (problem.status === 401) reply.header('www-authenticate', challengeOf(problem.code))
  if (problem.status === 500 || problem.code.startsWith('identity.seal')) {
    log.trouble('api.failed', error, { request_id: request.id, method: request.method })
  }
  const wait = error instanceof Fault ? error.facts['retry_after_s'] : undefined
  if (wait !== undefined || problem.status === 503) {
    reply.header('retry-after', String(wait ?? retry_after_s))
  }
  if (error instanceof Fault && error.facts['allow']) reply.header('allow', error.facts['allow'])
  return (
    reply
      .code(problem.status)
      .header('cache-control', 'no-store')
      .type('application/problem+json')
      // As bytes: to text Fastify would add a charset, which JSON does not have (RFC 8259, section 11).
      .send(Buffer.from(JSON.stringify(problem)))
  )
}

/** RFC 9110, section 11.6.1; the error is of RFC 6750, section 3.1. Browsers do not ask people for such a token. */
function challengeOf(code: string): string {
  const error = code === 'policy.token_wrong' ? ', error="invalid_token"' : ''
  return `Bearer realm="gatehouse"${error}`
}

/** What Fastify refuses (bodies, media types) in our words; a bug stays what it is. */
function faultOf(error: unknown): Fault {
  if (error instanceof Fault) return error
  if (hasZodFastifySchemaValidationErrors(error)) {
    return error.validationContext === 'params'
      ? policyFaults.not_found({ what: 'what this address names' })
      : policyFaults.invalid_input({ count: error.validation.length })
  }
  if (error instanceof Error && statusOf(error) < 500) {
    return policyFaults.not_readable({ reason: error.message.replace(/\.$/, '') })
  }
  return policyFaults.bug({})
}

function statusOf(error: unknown): number {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined
  return typeof status === 'number' && status >= 400 ? status : 500
}

/** One entry for each part of the input that does not fit: `query.limit`. */
function partsOf(error: unknown): { path: string; message: string }[] {
  if (error instanceof Fault && error.cause instanceof Parts) {
    return error.cause.parts.slice(0, parts_max)
  }
  if (!hasZodFastifySchemaValidationErrors(error) || error.validationContext === 'params') return []
  const where = error.validationContext === 'querystring' ? 'query' : 'body'
  return error.validation.map(({ instancePath, message }) => ({
    path: [where, ...instancePath.split('/').filter((part) => part !== '')].join('.'),
    message: message ?? 'does not fit',
  }))
}
