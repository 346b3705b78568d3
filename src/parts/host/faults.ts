/** All faults of the host. */
import { faults } from '#base/fault.ts'

export const hostFaults = faults('host', {
  not_found: (f: { program: string }) => `Cannot run "${f.program}": there is no such program`,
  not_started: (f: { program: string; why: string }) => `Cannot run "${f.program}": ${f.why}`,
  timed_out: (f: { program: string; timeout_ms: number }) =>
    `Cannot wait for "${f.program}": it ran longer than ${f.timeout_ms} ms`,
  too_much_output: (f: { program: string; output_bytes_max: number }) =>
    `Cannot read what "${f.program}" prints: more than ${f.output_bytes_max} bytes`,
  failed: (f: { program: string; status: number; said: string }) =>
    `Cannot finish "${f.program}": status ${f.status}: ${f.said}`,
})
