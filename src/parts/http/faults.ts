/** What can go wrong on the wires, in sentences. */
import { faults } from '#base/fault.ts'

export const httpFaults = faults('http', {
  cannot_listen: (f: { address: string; state: string }) =>
    `Cannot listen on ${f.address}: ${f.state}`,
  cannot_read_certificate: (f: { file: string; state: string }) =>
    `Cannot read certificate file "${f.file}": ${f.state}`,
  bad_certificate: (f: { cert: string; key: string; state: string }) =>
    `Cannot use certificate "${f.cert}" with key "${f.key}": ${f.state}`,
  no_certificate: (f: { address: string }) =>
    `Cannot speak TLS on ${f.address}: no certificate is set`,
  upstream_refused: (f: { url: string; state: string }) =>
    `Cannot connect to upstream ${f.url}: ${f.state}`,
  upstream_silent: (f: { url: string; state: string }) =>
    `Cannot get an answer from upstream ${f.url} in time: ${f.state}`,
  upstream_broken: (f: { url: string; state: string }) =>
    `Cannot understand upstream ${f.url}: ${f.state}`,
  unsendable: (f: { state: string }) => `Cannot send the request on: ${f.state}`,
  no_upstream: (f: { site: string; state: string }) =>
    `Cannot relay to site "${f.site}": ${f.state}`,
})
