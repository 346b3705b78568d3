/** What can keep a call from being answered, in words. */
import { faults } from '#base/fault.ts'

export const clientFaults = faults('client', {
  unreachable: (f: { server: string; reason: string }) =>
    `Cannot reach Gatehouse at ${f.server}: ${f.reason}`,
  untrusted: (f: { server: string; reason: string }) =>
    `Cannot trust the certificate of ${f.server}: ${f.reason}; nothing was sent`,
  bad_server: (f: { server: string; reason: string }) =>
    `Cannot use "${f.server}" as a server: ${f.reason}`,
})
