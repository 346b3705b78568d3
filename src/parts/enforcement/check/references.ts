/** What the schema cannot know: whether the things that a policy names are there, and mean something together. */
import type { Finding } from '#model/draft.ts'
import type { Policy } from '#model/policy.ts'
import { targetProblem } from '#parts/waf/exclusions.ts'

type Told = (path: string, code: string, message: string) => void

/** Everything wrong between the parts of a policy, and what is doubtful. `now_ms`: what expired by then is told. */
export function referenceFindings(policy: Policy, now_ms: number): Finding[] {
  const findings: Finding[] = []
  const told =
    (severity: Finding['severity']): Told =>
    (path, code, message) =>
      findings.push({ severity, path, code: `policy.${code}`, message })
  const error = told('error')
  const warning = told('warning')
  checkSites(policy, error, warning)
  checkNamedSites(policy, error)
  checkExceptions(policy, error, warning, now_ms)
  checkGroups(policy, error)
  return findings
}

function checkSites({ sites, block_pages }: Policy, error: Told, warning: Told): void {
  if (sites.length === 0) warning('sites', 'no_site', 'there is no site: every request gets 421')
  const pages = new Set(block_pages.map((page) => page.name))
  const claims = new Map<string, string>()
  sites.forEach((site, at) => {
    if (site.block_page !== '' && !pages.has(site.block_page)) {
      const message = `there is no block page "${site.block_page}"`
      error(`sites.${at}.block_page`, 'unknown_block_page', message)
    }
    site.hosts.forEach((host, number) => {
      const claim = `${host}${site.path.replace(/\/+$/, '')}/`
      const other = claims.get(claim)
      if (other !== undefined) {
        const message = `${host}${site.path} belongs to the site "${other}" already`
        error(`sites.${at}.hosts.${number}`, 'two_sites', message)
      }
      claims.set(claim, other ?? site.name)
    })
  })
}

function checkNamedSites(policy: Policy, error: Told): void {
  const sites = new Set(policy.sites.map((site) => site.name))
  const look = (path: string, name: string) => {
    if (name !== '' && !sites.has(name)) error(path, 'unknown_site', `there is no site "${name}"`)
  }
  for (const section of ['exceptions', 'rate_limits', 'jails', 'masks'] as const) {
    policy[section].forEach((one, at) => {
      look(`${section}.${at}.site`, one.site)
    })
  }
  policy.own_rules.forEach(({ tests }, at) => {
    tests.forEach((test, number) => {
      look(`own_rules.${at}.tests.${number}.site`, test.site)
    })
  })
}

function checkExceptions(policy: Policy, error: Told, warning: Told, now_ms: number): void {
  policy.exceptions.forEach((one, at) => {
    const path = `exceptions.${at}`
    const namesRules = one.rules.length > 0 || one.tags.length > 0
    if (!namesRules && one.parameter === '') {
      const isEverywhere = one.site === '' && one.path === '/*'
      const what = isEverywhere ? 'turns everything off' : 'turns all rules off there'
      const instead =
        'name rules, tags or a parameter; a site that is not to be inspected has mode off'
      error(path, 'exception_without_bounds', `"${one.name}" ${what}: ${instead}`)
    }
    const problem = one.parameter === '' ? undefined : targetProblem(one.parameter)
    if (problem !== undefined) error(`${path}.parameter`, 'bad_parameter', problem)
    if (/:\/.+\/$/.test(one.parameter)) {
      const message = `"${one.parameter}" means a parameter of this very name: exceptions have no patterns`
      warning(`${path}.parameter`, 'no_pattern', message)
    }
    if (one.expires_at !== null && Date.parse(one.expires_at) <= now_ms) {
      warning(`${path}.expires_at`, 'expired', `"${one.name}" has expired and changes nothing`)
    }
  })
}

function checkGroups({ groups, rollout }: Policy, error: Told): void {
  const parents = new Map(groups.map(({ name, parent }) => [name, parent]))
  groups.forEach(({ name, parent }, at) => {
    const path = `groups.${at}.parent`
    if (parent !== '' && !parents.has(parent)) {
      error(
        path,
        'unknown_group',
        `there is no group "${parent}"; add groups: [{ name: ${parent} }]`,
      )
      return
    }
    const above = new Set([name])
    for (let next = parent; next !== '' && next !== undefined; next = parents.get(next) ?? '') {
      if (above.has(next)) {
        if (next === name) error(path, 'group_in_circle', `"${name}" would be part of itself`)
        return
      }
      above.add(next)
    }
  })
  if (rollout.canary_group !== '' && !parents.has(rollout.canary_group)) {
    const message = `there is no group "${rollout.canary_group}"; add groups: [{ name: ${rollout.canary_group} }]`
    error('rollout.canary_group', 'unknown_group', message)
  }
}
