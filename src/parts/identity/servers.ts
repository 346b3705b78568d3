/** How servers of the cluster are named: `host:port`, IPv6 in brackets. */
import { identityFaults } from './faults.ts'

/** Host (without brackets) and port. @throws identity.bad_server */
export function placeOf(server: string): { readonly host: string; readonly port: number } {
  const [, bracketed, plain, port] =
    /^(?:\[([0-9a-f:.]+)\]|([\w.-]+)):(\d{1,5})$/i.exec(server) ?? []
  const host = bracketed ?? plain
  if (host === undefined || Number(port) < 1 || Number(port) > 65_535)
    throw identityFaults.bad_server({ server })
  return { host, port: Number(port) }
}
