/** What can keep a call from being answered, in words. */
import { faults } from '#base/fault.ts'

export const clientFaults = faults('client', {
  unreachable: (f: { server: string; reason: string }) =>
    `Cannot reach Gatehouse at ${f.server}: ${f.reason}`,
  bad_server: (f: { server: string; reason: string }) =>
    `Cannot use "${f.server}" as a server: ${f.reason}`,
})
