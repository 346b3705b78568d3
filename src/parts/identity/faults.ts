/** Everything that can fail in identity, in words. */
import { faults } from '#base/fault.ts'

export const identityFaults = faults('identity', {
  busy: (f: { waiting: number }) =>
    `Cannot check a password: ${f.waiting} others are already waiting for their turn`,
  certificate_unreadable: (f: { path: string; reason: string }) =>
    `Cannot use the certificate "${f.path}": ${f.reason}`,
})
