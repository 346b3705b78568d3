/** The requests that stand beside rules of one's own, and whether they meet the rules they should. */
import type { RuleTestResult } from '#model/draft.ts'
import type { Policy, RuleTest } from '#model/policy.ts'
import type { CompiledPolicy, CompiledSite } from '../compiled-policy.ts'
import { type TrialRequest, tryRequest } from '../trial.ts'

/** Runs the tests of all own rules. A test that names no site is tried on the first that is inspected. */
export function runRuleTests(compiled: CompiledPolicy, at_ms: number): RuleTestResult[] {
  return compiled.policy.own_rules.flatMap(({ name, tests }: Policy['own_rules'][number]) =>
    tests.map((test) => {
      const message = problemOf(compiled, test, at_ms)
      return { rules: name, test: test.name, passed: message === '', message }
    }),
  )
}

/** What is not as the test expects it; '' when all is. */
function problemOf(compiled: CompiledPolicy, test: RuleTest, at_ms: number): string {
  const site = compiled.sites.find(({ site }) =>
    test.site === '' ? site.mode !== 'off' : site.name === test.site,
  )
  if (site === undefined) return 'there is no inspected site to try it on'
  if (site.site.mode === 'off') return `the site "${site.site.name}" is not inspected`
  const { intervention, all_matches } = tryRequest(site, requestOf(test, site, at_ms))
  const met = new Set(all_matches.map((match) => match.rule_id))
  if (intervention !== undefined) met.add(intervention.rule_id)
  const missing = test.expect_rules.filter((id) => !met.has(id))
  const unwanted = test.expect_not_rules.filter((id) => met.has(id))
  const problems: string[] = []
  if (missing.length > 0) problems.push(`did not match: ${missing.join(', ')}`)
  if (unwanted.length > 0) problems.push(`matched: ${unwanted.join(', ')}`)
  const would_block = intervention !== undefined
  if (test.expect_blocked === true && !would_block) problems.push('it was not blocked')
  if (test.expect_blocked === false && would_block) {
    problems.push(`it was blocked by rule ${intervention.rule_id}`)
  }
  return problems.join('; ')
}

function requestOf(test: RuleTest, { site }: CompiledSite, at_ms: number): TrialRequest {
  const { hosts, path } = site
  const host = (hosts[0] ?? 'localhost').replace(/^\*\.?/, 'www.')
  return trialRequest({
    ...test,
    host: host === 'www.' ? 'localhost' : host,
    at_ms,
    // Written for the site, so it may leave out where the site is.
    uri: test.uri.startsWith(path) ? test.uri : path.replace(/\/+$/, '') + test.uri,
  })
}

type Written = Pick<RuleTest, 'method' | 'uri' | 'headers' | 'body'> & {
  readonly host: string
  readonly at_ms: number
}

/** A request as a client would send it: what every client says is filled in. */
export function trialRequest(written: Written): TrialRequest {
  const { method, uri, headers, host, at_ms } = written
  const body = bytesOf(written.body)
  const usual: (readonly [string, string])[] = [
    ['Host', host],
    ['User-Agent', 'Mozilla/5.0 (compatible; gatehouse check)'],
    ['Accept', '*/*'],
  ]
  if (body !== '') {
    usual.push(['Content-Type', 'application/x-www-form-urlencoded'])
    usual.push(['Content-Length', String(body.length)])
  }
  const own = Object.entries(headers).map(([name, value]) => [name, bytesOf(value)] as const)
  const names = new Set(own.map(([name]) => name.toLowerCase()))
  return {
    id: 'check',
    at_ms,
    client: '192.0.2.1',
    method,
    uri: bytesOf(uri),
    http_version: '1.1',
    headers: [...usual.filter(([name]) => !names.has(name.toLowerCase())), ...own],
    body,
  }
}

function bytesOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}
