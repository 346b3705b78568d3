/**
 * Who may knock at all: calls for a host that is ours (against DNS rebinding, where a page of a stranger reaches
 * this address under the stranger's own name), and changes only from our own pages.
 */
import { isIP } from 'node:net'
import { policyFaults } from '../faults.ts'

export type Guard = {
  /** Throws `policy.host_unknown`. */
  host(header: string | undefined): void
  /** Throws `policy.other_origin`. For calls that change something. */
  origin(headers: OriginHeaders): void
}

export type OriginHeaders = {
  readonly host?: string | undefined
  readonly origin?: string | undefined
  readonly 'sec-fetch-site'?: string | string[] | undefined
}

/** `names`: host names, without ports, that browsers may use. Addresses always work: nobody can rebind them. */
export function guard(names: readonly string[]): Guard {
  const known = new Set(['localhost', ...names.map((name) => name.toLowerCase())])
  return {
    host(header) {
      const host = hostName(header ?? '')
      if (isIP(host) === 0 && !known.has(host)) throw policyFaults.host_unknown({ host })
    },
    origin(headers) {
      const { origin } = headers
      const site = headers['sec-fetch-site']
      // Sent by every browser since 2023; `none` is the user, who typed the address.
      if (site !== undefined && site !== 'same-origin' && site !== 'none') {
        throw policyFaults.other_origin({ origin: origin ?? 'another site' })
      }
      // Absent from programs, which have no cookie that a stranger could use.
      if (origin !== undefined && hostOf(origin) !== headers.host?.toLowerCase()) {
        throw policyFaults.other_origin({ origin })
      }
    },
  }
}

/** `[::1]:8443` → `::1`, `Gate.Example.:8443` → `gate.example`. */
function hostName(header: string): string {
  const host = /^\[(.*)\](?::\d*)?$/.exec(header)?.[1] ?? header.replace(/:\d*$/, '')
  return host.toLowerCase().replace(/\.$/, '')
}

/** Host and port of an origin; undefined for `null` and other opaque ones. */
function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}
