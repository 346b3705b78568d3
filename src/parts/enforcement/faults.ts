import { faults } from '#base/fault.ts'

/** What keeps a policy from being enforced, beyond the grammar of its rules (`seclang.*`, `waf.*`). */
export const enforcementFaults = faults('enforcement', {
  missing_file: (f: { path: string }) =>
    `Cannot enforce the policy: the bundle has no file "${f.path}"`,
  bad_file: (f: { path: string; problem: string }) =>
    `Cannot enforce the policy: "${f.path}" in the bundle is not as expected: ${f.problem}`,
  two_sites: (f: { host: string; path: string; first: string; second: string }) =>
    `Cannot serve ${f.host}${f.path} twice: both "${f.first}" and "${f.second}" claim it`,
  own_include: (f: { file: string; pattern: string }) =>
    `Cannot load ${f.file}: rules of one's own cannot include "${f.pattern}", every node would need that file`,
  too_large: (f: { size_bytes: number; size_bytes_max: number }) =>
    `Cannot pack the policy: its files have ${f.size_bytes} bytes, ${f.size_bytes_max} are allowed`,
})
