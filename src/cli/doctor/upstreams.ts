/** Do the servers behind us answer: name, port, certificate? */
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { messageOf } from '#base/fault.ts'
import { type Check, critical, type Finding, ok, type Patient, warning } from './finding.ts'
import { probe } from './probe.ts'

const upstreams_max = 200

type Server = { readonly site: string; readonly url: string; readonly tls_verify: boolean }

export const upstreams: Check = async (patient) => {
  const servers = serversOf(patient)
  if (servers.length === 0) return [ok('no site is known here yet')]
  const asked = servers.slice(0, upstreams_max)
  const found = (await Promise.all(asked.map((one) => judged(one, patient.signal)))).flat()
  return found.length > 0
    ? found
    : [ok(asked.length === 1 ? 'the upstream answers' : `all ${asked.length} upstreams answer`)]
}

/** Of the policy in force, else of the settings file. Each address once: ten sites may share one. */
function serversOf({ status, settings }: Patient): Server[] {
  const written = settings.sites.flatMap((site) =>
    site.upstreams.map(({ url, tls_verify }) => ({ site: site.name, url, tls_verify })),
  )
  const verified = new Map(written.map(({ url, tls_verify }) => [url, tls_verify]))
  const all =
    status?.upstreams.map(({ site, url }) => ({
      ...{ site, url },
      tls_verify: verified.get(url) ?? true,
    })) ?? written
  return [...new Map(all.map((one) => [new URL(one.url).origin, one])).values()]
}

async function judged({ site, url, tls_verify }: Server, signal: AbortSignal): Promise<Finding[]> {
  const { protocol, hostname, port } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  const is_tls = protocol === 'https:'
  const place = { host, port: Number(port) || (is_tls ? 443 : 80) }
  const name_trouble = await unknownName(host)
  if (name_trouble !== undefined) {
    return [
      critical(`the name of ${url} (${site}) is not known: ${name_trouble}`, {
        why: 'visitors of this site get 502',
        fix: `getent hosts ${host}; correct /etc/resolv.conf or the upstream of the site`,
      }),
    ]
  }
  const why = await probe(place, signal)
  if (why !== undefined) {
    return [
      critical(`${url} (${site}) does not answer: ${why}`, {
        why: 'visitors of this site get 502 unless it has another upstream',
        fix: 'start the server behind it, or let its firewall pass this node',
      }),
    ]
  }
  if (!is_tls || !tls_verify) return []
  const distrust = await probe(place, signal, { rejectUnauthorized: true })
  if (distrust === undefined) return []
  return [
    warning(`the certificate of ${url} (${site}) does not hold: ${distrust}`, {
      why: 'visitors of this site get 502, unless its policy says tls_verify: false',
      fix: 'renew it, or let this machine know its authority (update-ca-certificates, NODE_EXTRA_CA_CERTS)',
    }),
  ]
}

async function unknownName(host: string): Promise<string | undefined> {
  if (isIP(host) !== 0) return undefined
  try {
    await lookup(host)
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}
