/** All faults of the spool. Appending never throws: a spool that is full or broken says false. */
import { faults } from '#base/fault.ts'

export const spoolFaults = faults('spool', {
  unusable: (f: { dir: string; why: string }) => `Cannot use the spool in "${f.dir}": ${f.why}`,
})
