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
    'Cannot change a password: whoever comes through the local socket has none',
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
  bug: (_: Nothing) => 'Cannot answer this call: Gatehouse itself failed; the log has the reason',
})
