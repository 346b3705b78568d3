/** What can go wrong with commands and processes, in sentences. */
import { faults } from '#base/fault.ts'

export const supervisorFaults = faults('supervisor', {
  in_use: (f: { dir: string; holder: string }) =>
    `Cannot start on "${f.dir}": ${f.holder} is running on it`,
  worker_hung: (f: { index: number }) =>
    `Edge worker ${f.index} was not ready after 60 seconds and is ended`,
  worker_died: (f: { index: number; how: string }) => `Edge worker ${f.index} died: ${f.how}`,
  worker_stalled: (f: { index: number }) =>
    `Edge worker ${f.index} gave no sign of life for 20 seconds and is replaced`,
  worker_refused: (f: { code: string; message: string }) => f.message,
  office_died: (f: { how: string }) => `Analytics, API and console died: ${f.how}`,
  office_refused: (f: { code: string; message: string }) => f.message,
  needs_restart: (f: { parts: string }) =>
    `Cannot apply changed settings while running: ${f.parts} need a restart`,
})

export const cliFaults = faults('cli', {
  not_running: (f: { why: string }) => `Cannot reach Gatehouse on this machine: ${f.why}`,
  exists: (f: { file: string }) => `Cannot write settings: "${f.file}" is there already`,
  no_site: (f: { file: string }) => `Cannot test: no site in "${f.file}"`,
  bad_request: (f: { why: string }) => `Cannot read the request: ${f.why}`,
  usage: (f: { why: string }) => f.why,
})
