/** All faults of the records. */
import { faults } from '#base/fault.ts'

export const recordsFaults = faults('records', {
  /** Expected to pass: the caller keeps its work and tries again. */
  unavailable: (f: { why: string }) => `Cannot reach the database: ${f.why}`,
  in_use: (f: { dir: string; holder: string }) =>
    `Cannot open the database in "${f.dir}": ${f.holder} is using it`,
  no_access: (f: { dir: string; why: string }) =>
    `Cannot use "${f.dir}" for the database: ${f.why}`,
  broken: (f: { dir: string; why: string }) =>
    `Cannot open the database in "${f.dir}": ${f.why}; move the directory away to start empty`,
  not_migrated: (f: { why: string }) =>
    `Cannot bring the tables of the database up to date: ${f.why}`,
  /** A record holds what no column takes (a number out of range, a text too long to index). */
  bad_value: (f: { why: string }) => `Cannot store the records: ${f.why}`,
  bad_cursor: (f: { cursor: string }) =>
    `Cannot read on from "${f.cursor}": it is no cursor of ours`,
  no_network: (f: { network: string }) =>
    `Cannot list "${f.network}": it is neither an address nor a network`,
  host_bits: (f: { network: string; meant: string }) =>
    `Cannot list "${f.network}": bits behind the prefix are set; the network is ${f.meant}`,
  too_wide: (f: { network: string }) =>
    `Cannot deny "${f.network}": that is all of the Internet, or most of it`,
  protected_network: (f: { network: string; what: string }) =>
    `Cannot deny "${f.network}": it holds ${f.what}`,
  lists_full: (f: { entries_max: number }) =>
    `Cannot list more addresses: there are ${f.entries_max} already`,
})
