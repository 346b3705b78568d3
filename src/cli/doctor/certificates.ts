/** How long do certificates hold, and do their keys fit? */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '#base/fault.ts'
import { type Check, critical, type Finding, ok, type Patient, span, warning } from './finding.ts'

const day_ms = 86_400_000

type Kept = {
  readonly what: string
  readonly certificate: string
  readonly key?: string
  /** Less than this left is a warning. */
  readonly left_ms_min: number
  readonly fix: string
}

export const certificates: Check = async (patient) => {
  const found: Finding[] = []
  let seen = 0
  for (const one of kept(patient)) {
    const finding = 'level' in one ? one : judged(one, patient.now_ms)
    if (finding) found.push(finding)
    seen += 1
  }
  return found.length > 0
    ? found
    : [ok(seen === 1 ? 'the certificate holds' : `all ${seen} certificates hold`)]
}

function kept({ identity, settings }: Patient): (Kept | Finding)[] {
  const all: (Kept | Finding)[] = []
  if (identity) {
    all.push(
      {
        what: 'the certificate of this node',
        certificate: identity.certificate,
        // It is renewed when a third of its 30 days is left.
        left_ms_min: 7 * day_ms,
        fix: 'bring a policy server in reach, it is renewed at once; when it has ended: gatehouse node invite there, its line here with --leave',
      },
      {
        what: 'the certificate of the cluster’s authority',
        certificate: identity.ca,
        left_ms_min: 180 * day_ms,
        fix: 'plan a new cluster: no node can get a certificate after that',
      },
    )
  }
  for (const { cert, key } of settings.edge.certificates) {
    const fix = 'renew it where it came from, then gatehouse reload'
    all.push(fromFiles(`the certificate ${cert}`, cert, key, 14 * day_ms, fix))
  }
  const console_pair = settings.policy.certificate
  if (console_pair) {
    const { cert, key } = console_pair
    const fix = 'renew it where it came from, then start Gatehouse anew'
    all.push(fromFiles(`the certificate of the console, ${cert}`, cert, key, 14 * day_ms, fix))
  } else {
    const [cert, key] = ['console.crt', 'console.key'].map((name) =>
      join(settings.state_dir, 'tls', name),
    )
    const own = fromFiles(
      'the certificate of the console',
      cert ?? '',
      key,
      day_ms,
      'start Gatehouse anew',
    )
    // Only where the console speaks TLS is there one.
    if (!('level' in own)) all.push(own)
  }
  return all
}

function fromFiles(
  what: string,
  cert: string,
  key: string | undefined,
  left_ms_min: number,
  fix: string,
): Kept | Finding {
  try {
    const certificate = readFileSync(cert, 'utf8')
    return { what, certificate, ...(key && { key: readFileSync(key, 'utf8') }), left_ms_min, fix }
  } catch (error) {
    const why = messageOf(error)
    return critical(`${what} cannot be read`, { why, fix: 'correct path or permissions' })
  }
}

function judged(
  { what, certificate, key, left_ms_min, fix }: Kept,
  now_ms: number,
): Finding | undefined {
  let read: X509Certificate
  try {
    read = new X509Certificate(certificate)
    if (key !== undefined && !read.checkPrivateKey(createPrivateKey(key))) {
      const why = 'no handshake can succeed'
      return critical(`the key of ${what} belongs to another certificate`, { why, fix })
    }
  } catch (error) {
    return critical(`${what} or its key is none`, { why: messageOf(error), fix })
  }
  const left_ms = read.validToDate.getTime() - now_ms
  if (left_ms <= 0) {
    const why = 'who checks it turns away'
    return critical(`${what} ended ${span(-left_ms)} ago`, { why, fix })
  }
  if (read.validFromDate.getTime() > now_ms + 60_000) {
    const why = 'who checks it turns away; is the clock right?'
    return critical(`${what} is not valid yet`, { why, fix })
  }
  return left_ms < left_ms_min ? warning(`${what} ends in ${span(left_ms)}`, { fix }) : undefined
}
