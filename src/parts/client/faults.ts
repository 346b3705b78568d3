/** What can keep a call from being answered, in words. */
import { faults } from '#base/fault.ts'

export const clientFaults = faults('client', {
  unreachable: (f: { server: string; reason: string }) =>
    `Cannot reach Gatehouse at ${f.server}: ${f.reason}`,
})
