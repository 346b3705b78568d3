/** Everything the policy service says no to, in words. What status each has is in `server/problem.ts`. */
import { faults } from '#base/fault.ts'

/** The sentence says it all. */
type Nothing = Readonly<Record<never, never>>

export const policyFaults = faults('policy', {
  not_found: (f: { what: string }) => `Cannot find ${f.what}: there is no such thing here`,
  method_not_allowed: (f: { method: string; path: string; allow: string }) =>
    `Cannot ${f.method} ${f.path}: it knows ${f.allow}`,
  invalid_input: (f: { count: number }) =>
    `Cannot read the call: ${f.count === 1 ? 'one part does' : `${f.count} parts do`} not fit`,
  not_readable: (f: { reason: string }) => `Cannot read the call: ${f.reason}`,
  login_needed: (_: Nothing) =>
    'Cannot answer this call: nobody is logged in, or the session has ended',
  login_failed: (_: Nothing) => 'Cannot log in: name or password is wrong',
  token_wrong: (_: Nothing) =>
    'Cannot answer this call: its token is not known, has expired, or its owner may not have it any more',
  two_identities: (_: Nothing) =>
    'Cannot answer this call: it carries a session cookie and a bearer token; send one of them',
  totp_needed: (_: Nothing) =>
    'Cannot log in: this user has a second factor; send the code of the authenticator too',
  totp_wrong: (_: Nothing) =>
    'Cannot use this code: it is not the one of now, or it was used before',
  totp_not_begun: (_: Nothing) =>
    'Cannot confirm a second factor: none was begun in the last 15 minutes',
  totp_exists: (_: Nothing) => 'Cannot begin with a second factor: there is one; remove it first',
  totp_missing: (_: Nothing) => 'Cannot remove the second factor: there is none',
  user_exists: (f: { username: string }) =>
    `Cannot make the user "${f.username}": the name is taken`,
  too_many: (f: { what: string; count_max: number }) =>
    `Cannot make another: there are ${f.count_max} ${f.what} already`,
  last_administrator: (f: { username: string }) =>
    `Cannot take the administrator "${f.username}" away: there is no other one`,
  not_yours: (f: { what: string }) =>
    `Cannot change ${f.what}: it belongs to somebody else, and only administrators may`,
  token_role: (f: { role: string; yours: string }) =>
    `Cannot make a token with the role ${f.role} as ${f.yours}`,
  session_needed: (_: Nothing) =>
    'Cannot make a token with a token: log in, or come through the local socket',
  secret_in_details: (f: { action: string }) =>
    `Cannot note all details of ${f.action}: some are secrets`,
  too_many_logins: (f: { retry_after_s: number }) =>
    `Cannot log in: too many failed attempts, try again in ${f.retry_after_s} s`,
  too_many_calls: (f: { retry_after_s: number }) =>
    `Cannot answer this call: too many from this address, try again in ${f.retry_after_s} s`,
  too_many_listeners: (f: { listeners: number; retry_after_s: number }) =>
    `Cannot open another live stream: ${f.listeners} are open`,
  role_too_low: (f: { role: string; needed: string }) =>
    `Cannot make this call as ${f.role}: it needs ${f.needed}`,
  password_must_change: (_: Nothing) =>
    'Cannot make this call: the password must be changed first (POST /api/v1/session/password)',
  password_wrong: (_: Nothing) => 'Cannot change the password: the current one is wrong',
  password_unfit: (f: { reason: string }) => `Cannot use this password: ${f.reason}`,
  no_password: (_: Nothing) =>
    'Cannot do this without a session: tokens and the local socket have no password and no second factor',
  csrf_token_wrong: (_: Nothing) =>
    'Cannot make this call: the header x-csrf-token does not belong to the session',
  other_origin: (f: { origin: string }) =>
    `Cannot make this call: it comes from a page of ${f.origin}`,
  host_unknown: (f: { host: string }) =>
    `Cannot answer for the host "${f.host}": add it to policy.hosts in the settings`,
  console_not_built: (f: { dir: string }) =>
    `Cannot show the console: "${f.dir}" has no index.html; run npm run console:build`,
  tls_needed: (f: { listen: string }) =>
    `Cannot listen on ${f.listen} without TLS: only loopback addresses may, set policy.tls to auto`,
  cannot_listen: (f: { address: string; reason: string }) =>
    `Cannot listen on ${f.address}: ${f.reason}`,
  socket_in_use: (f: { path: string }) =>
    `Cannot open the local socket "${f.path}": another Gatehouse answers on it`,
  etag_needed: (_: Nothing) =>
    'Cannot make this call: it must say in If-Match which state it was made from',
  etag_stale: (f: { what: string }) =>
    `Cannot change ${f.what}: it was changed since you read it, read it again`,
  draft_too_large: (f: { size_bytes: number; size_bytes_max: number }) =>
    `Cannot keep this draft: it has ${f.size_bytes} bytes, ${f.size_bytes_max} are allowed`,
  document_too_large: (f: { values_max: number; fields_max: number }) =>
    `Cannot take this policy: it has more than ${f.values_max} values, or ${f.fields_max} fields in one place`,
  draft_exists: (f: { name: string; id: string }) =>
    `Cannot make the draft "${f.name}": you have one of this name (${f.id}); go on with that, or discard it`,
  no_site: (f: { site: string; known: string }) =>
    `Cannot put it on a list of the site "${f.site}": the policy has ${f.known}`,
  draft_stale: (f: { revision: number; base_revision: number }) =>
    `Cannot take this draft up again: revision ${f.base_revision}, from which it was made, is forgotten; make a new one from revision ${f.revision}`,
  unfit_document: (f: { count: number }) =>
    `Cannot take this policy: ${f.count === 1 ? 'one part does' : `${f.count} parts do`} not fit`,
  check_failed: (f: { count: number }) =>
    `Cannot commit this policy: its check found ${f.count === 1 ? 'an error' : `${f.count} errors`}`,
  note_required: (_: Nothing) => 'Cannot commit without a note: this policy demands one',
  file_is_behind: (f: { file: string; revision: number; author: string }) =>
    `Cannot take sites and rules of ${f.file}: they were changed elsewhere since (the newest is revision ${f.revision} by ${f.author}), and what is committed counts; gatehouse reload --take-file --dry-run shows what taking them would change, without --dry-run it takes them; or change the policy with gatehouse apply and remove sites: and rules: from the file`,
  file_needs_note: (f: { file: string }) =>
    `Cannot take sites and rules of ${f.file}: this policy demands a note with every change; gatehouse reload --take-file -m 'why' commits them with one`,
  conflict: (f: { revision: number; author: string }) =>
    `Cannot commit: ${f.author} committed revision ${f.revision} first; put your changes onto it (rebase) or start again`,
  rebase_conflict: (f: { revision: number; count: number }) =>
    `Cannot put the draft onto revision ${f.revision}: both changed ${f.count === 1 ? 'the same field' : `${f.count} fields`}`,
  no_fix: (f: { number: number; request_id: string }) =>
    `Cannot apply fix ${f.number}: the request ${f.request_id} has no such fix`,
  fixes_changed: (f: { number: number; request_id: string }) =>
    `Cannot apply fix ${f.number}: the fixes of the request ${f.request_id} are others by now; look at them again`,
  files_lost: (f: { revision: number }) =>
    `Cannot commit revision ${f.revision} again: files of it are not in the database any more`,
  busy: (f: { waiting: number; retry_after_s: number }) =>
    `Cannot check a policy now: ${f.waiting} others are waiting for it`,
  compiler_died: (f: { why: string }) => `Cannot check this policy: ${f.why}`,
  policy_server: (f: { name: string }) =>
    `Cannot take the node "${f.name}" out: it is the policy server and holds the keys of the cluster`,
  node_connected: (f: { name: string }) =>
    `Cannot take the node "${f.name}" off the list: it is connected; revoke it first, or stop it`,
  deploy_role: (f: { role: string }) =>
    `Cannot invite a node with the role ${f.role}: a deploy token invites edges only`,
  no_second_policy_server: (_: Nothing) =>
    'Cannot invite a policy server: this cluster has one, and a second one cannot join yet',
  own_records: (_: Nothing) =>
    'Cannot invite a node with the role analytics: this policy server keeps its records in an embedded database, where no console would find what that node takes; give both the same PostgreSQL (database: postgresql://…) first',
  bug: (_: Nothing) => 'Cannot answer this call: Gatehouse itself failed; the log has the reason',
})

/** What exactly does not fit; the cause of a fault whose problem lists it. */
export class Parts extends Error {
  readonly parts: readonly { readonly path: string; readonly message: string }[]

  constructor(parts: readonly { readonly path: string; readonly message: string }[]) {
    super(parts.map(({ path, message }) => `${path}: ${message}`).join('; '))
    this.name = 'Parts'
    this.parts = parts
  }
}
