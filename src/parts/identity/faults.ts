/** Everything that can fail in identity, in words. */
import { faults } from '#base/fault.ts'

export const identityFaults = faults('identity', {
  busy: (f: { waiting: number }) =>
    `Cannot check a password: ${f.waiting} others are already waiting for their turn`,
  seal_key_unreadable: (f: { path: string; reason: string }) =>
    `Cannot use the key of second factors "${f.path}": ${f.reason}`,
  seal_broken: (f: { path: string }) =>
    `Cannot check the second factor: it was sealed with another key than the one in "${f.path}"; remove it with gatehouse user remove-totp`,
  certificate_unreadable: (f: { path: string; reason: string }) =>
    `Cannot use the certificate "${f.path}": ${f.reason}`,
  incomplete: (f: { dir: string; missing: string }) =>
    `Cannot read the identity of this node: "${f.missing}" is missing in "${f.dir}"`,
  broken: (f: { file: string; reason: string }) =>
    `Cannot read the identity of this node: "${f.file}": ${f.reason}`,
  unwritable: (f: { dir: string; reason: string }) =>
    `Cannot write the identity of this node to "${f.dir}": ${f.reason}`,
  expired: (f: { name: string; ended_at: string }) =>
    `Cannot speak to the cluster as "${f.name}": the certificate of this node ended at ${f.ended_at}`,
  bad_request: (f: { reason: string }) => `Cannot issue a certificate: ${f.reason}`,
  clock_wrong: (f: { now: string }) =>
    `Cannot issue a certificate: the clock of this machine says ${f.now}, which is before this program was made; set it`,
  bad_pin: (f: { pin: string }) =>
    `Cannot read the pin "${f.pin}": expected sha256: and 64 hexadecimal digits`,
  bad_server: (f: { server: string }) =>
    `Cannot read the address "${f.server}": expected host:port, such as gate-1.example:12346`,
  unreachable: (f: { server: string; reason: string }) =>
    `Cannot reach the policy server ${f.server}: ${f.reason}`,
  not_gatehouse: (f: { server: string; reason: string }) =>
    `Cannot take ${f.server} for a policy server of Gatehouse: ${f.reason}`,
  wrong_pin: (f: { server: string; expected: string; found: string }) =>
    `Cannot trust ${f.server}: its cluster has the pin ${f.found}, expected was ${f.expected}; nothing was sent`,
  forged_server: (f: { server: string }) =>
    `Cannot trust ${f.server}: it shows the cluster's certificate but has none that the cluster signed; nothing was sent`,
  no_policy_server: (f: { server: string; name: string }) =>
    `Cannot trust ${f.server}: it is node "${f.name}" of the cluster, which is no policy server; nothing was sent, and whoever led you there may have stolen that node`,
  server_expired: (f: { server: string; ended_at: string; now: string }) =>
    `Cannot trust ${f.server}: its certificate ended at ${f.ended_at}, here it is ${f.now}; nothing was sent`,
  clock_behind: (f: { server: string; valid_from: string; now: string }) =>
    `Cannot trust ${f.server}: its certificate is valid from ${f.valid_from}, here it is ${f.now}: the clock of this machine is behind`,
  bad_answer: (f: { server: string; reason: string }) =>
    `Cannot use the answer of ${f.server}: ${f.reason}`,
})
