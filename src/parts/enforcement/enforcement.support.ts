/** A small rule set on disk, laid out and scored as CRS 4 does, and policies that use it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Policy, type PolicyDocument } from '#model/policy.ts'
import type { RecordedRequest } from '#model/replay.ts'
import type { BundleFiles } from '#parts/bundle/bundle.ts'
import { gatherBundle } from './gather.ts'

const rules = `
SecComponentSignature "SMALL_SET/1.0"
SecRule &TX:blocking_paranoia_level "@eq 0" "id:901120,phase:1,pass,nolog,setvar:tx.blocking_paranoia_level=1"
SecRule &TX:inbound_anomaly_score_threshold "@eq 0" "id:901100,phase:1,pass,nolog,setvar:tx.inbound_anomaly_score_threshold=5"
SecRule REQUEST_METHOD "!@within GET HEAD POST" \\
  "id:911100,phase:1,pass,msg:'Method',tag:'OWASP_CRS',severity:CRITICAL,setvar:tx.inbound_anomaly_score_pl1=+5"
SecRule ARGS|REQUEST_COOKIES "@pmFromFile bad.data" \\
  "id:942100,phase:2,pass,msg:'SQL',tag:'attack-sqli',tag:'OWASP_CRS',severity:CRITICAL,setvar:tx.inbound_anomaly_score_pl1=+5"
SecRule ARGS "@rx <script" \\
  "id:941100,phase:2,pass,msg:'Script',tag:'attack-xss',tag:'OWASP_CRS',severity:CRITICAL,setvar:tx.inbound_anomaly_score_pl1=+5"
SecRule TX:BLOCKING_PARANOIA_LEVEL "@lt 2" "id:942011,phase:2,pass,nolog,tag:'OWASP_CRS',skipAfter:END-PL2"
SecRule ARGS "@rx '" \\
  "id:942200,phase:2,pass,msg:'Quote',tag:'attack-sqli',tag:'paranoia-level/2',severity:CRITICAL,setvar:tx.inbound_anomaly_score_pl2=+5"
SecMarker END-PL2
SecAction "id:949059,phase:2,pass,nolog,setvar:tx.sum=0"
SecAction "id:949060,phase:2,pass,nolog,setvar:tx.sum=+%{tx.inbound_anomaly_score_pl1}"
SecAction "id:949061,phase:2,pass,nolog,setvar:tx.sum=+%{tx.inbound_anomaly_score_pl2}"
SecRule TX:SUM "@ge %{tx.inbound_anomaly_score_threshold}" \\
  "id:949110,phase:2,deny,status:403,msg:'Score %{tx.sum}',tag:'OWASP_CRS'"
`

export type SmallSet = Disposable & {
  readonly dir: string
  /** Everything a policy with this rule set becomes. */
  files(document?: PolicyDocument): BundleFiles
}

/** Written to a folder of its own; `setup` is its crs-setup.conf. */
export function smallSet(setup = ''): SmallSet {
  const dir = mkdtempSync(join(tmpdir(), 'enforcement-'))
  mkdirSync(join(dir, 'set/rules'), { recursive: true })
  writeFileSync(join(dir, 'set/crs-setup.conf'), setup)
  writeFileSync(join(dir, 'set/rules/REQUEST-900.conf'), rules)
  writeFileSync(join(dir, 'set/rules/bad.data'), '# words\nunion select\n')
  return {
    dir,
    files(document = {}) {
      const policy = Policy.parse(withSet(document, dir))
      return gatherBundle(policy, Policy.encode(policy), { kept_dir: dir })
    },
    [Symbol.dispose]: () => rmSync(dir, { recursive: true }),
  }
}

/** The document with the small set, and a site when it has none. */
export function withSet(document: PolicyDocument, dir: string): PolicyDocument {
  return {
    sites: [site('shop')],
    ...document,
    rules: { set: join(dir, 'set'), ...document.rules },
  }
}

type SiteDocument = NonNullable<PolicyDocument['sites']>[number]

export function site(name: string, more: Partial<SiteDocument> = {}): SiteDocument {
  return {
    name,
    hosts: [`${name}.example`],
    upstreams: [{ url: 'http://127.0.0.1:3000' }],
    ...more,
  }
}

/** A recorded GET of `shop.example`. */
export function recorded(uri: string, more: Partial<RecordedRequest> = {}): RecordedRequest {
  const host = more.host ?? 'shop.example'
  return {
    id: '018f0000-0000-7000-8000-000000000000',
    at: '2026-01-01T00:00:00Z',
    node: 'a',
    site: 'shop',
    host,
    client: '192.0.2.7',
    action: 'passed',
    request: {
      method: 'GET',
      uri,
      http_version: '1.1',
      headers: [['Host', host]],
      body: '',
      body_bytes: 0,
      is_cut: false,
      spans: [],
    },
    ...more,
  }
}
