/** From a site of the policy to what an edge asks of it. */
import type { Mask, Policy } from '#model/policy.ts'
import type { Mode, Site } from '#model/site.ts'
import type { Ruleset } from '#parts/waf/ruleset.ts'
import type { BlockPageTemplate } from '../block-pages.ts'
import type { CompiledSite, PolicyNote } from '../compiled-policy.ts'
import {
  type ExceptionIndex,
  exceptionFinder,
  exceptionIndex,
  type GroupNumbers,
  type PathException,
} from '../exceptions.ts'
import type { Profile } from '../profiles.ts'
import { type CompiledLimit, compileLimit } from '../rate-limits.ts'
import { isAmbiguousPath, policyPath, routingPath } from '../site-table.ts'
import { argumentTest, hasCookie } from './conditions.ts'

type Materials = {
  readonly ruleset: Ruleset
  readonly exceptions: ReadonlyMap<string, ExceptionIndex>
  readonly pages: ReadonlyMap<string, BlockPageTemplate>
  readonly profiles: readonly Profile[]
}

type PreparedExceptions = {
  readonly exceptions: ReadonlyMap<string, ExceptionIndex>
  readonly notes: readonly PolicyNote[]
}

/** Exceptions of the policy and of profiles by name of the site; '' holds those for all sites. Throws `waf.*`. */
export function* preparedExceptions(
  policy: Policy,
  profiles: readonly Profile[],
  ruleset: Ruleset,
): Generator<void, PreparedExceptions> {
  const by_site = new Map<string, PathException[]>()
  const notes: PolicyNote[] = []
  const add = (site: string, exception: PathException) => {
    const here = by_site.get(site)
    if (here === undefined) by_site.set(site, [exception])
    else here.push(exception)
  }
  for (const [at, one] of policy.exceptions.entries()) {
    if (at % 500 === 499) yield
    const { rules: rule_ids, tags, parameter: target, expires_at } = one
    // What a client may call a parameter must never become a pattern: /.*/ would be all of them.
    const prepared = ruleset.exclusions.prepare({ rule_ids, tags, target, is_literal: true })
    for (const what of prepared.unknown) {
      notes.push({
        path: `exceptions.${at}`,
        message: `${what} is not there or cannot be left out`,
      })
    }
    const expires_ms = expires_at === null ? Number.POSITIVE_INFINITY : Date.parse(expires_at)
    add(one.site, { ...policyPath(one.path), methods: [], prepared, expires_ms })
  }
  for (const site of policy.sites) {
    for (const profile of profilesOf(site, profiles)) {
      for (const one of profileExceptions(site, profile, ruleset)) add(site.name, one)
    }
  }
  const numbers: GroupNumbers = { next: 1 }
  const exceptions = new Map(
    [...by_site].map(([site, list]) => [site, exceptionIndex(list, numbers)]),
  )
  return { exceptions, notes }
}

function profilesOf(site: Site, profiles: readonly Profile[]): readonly Profile[] {
  return profiles.filter((profile) => site.profiles.includes(profile.name))
}

function profileExceptions(site: Site, profile: Profile, ruleset: Ruleset): PathException[] {
  return profile.exceptions.flatMap(({ paths, methods, when, parameters, rules, tags }) => {
    const test = argumentTest(when)
    return (parameters.length === 0 ? [''] : parameters).flatMap((target) => {
      const prepared = ruleset.exclusions.prepare({ rule_ids: rules, tags, target })
      return paths.map((path) => ({
        ...policyPath(below(site, path)),
        methods,
        prepared,
        expires_ms: Number.POSITIVE_INFINITY,
        needs_login: when.login,
        arguments: test,
      }))
    })
  })
}

/** A path of an application where it is installed: `/wp-login.php` of a site at `/blog` is `/blog/wp-login.php`. */
function below(site: Site, path: string): string {
  return site.path.replace(/\/+$/, '') + path
}

/** Everything an edge asks of a site. */
export function compileSite(site: Site, policy: Policy, materials: Materials): CompiledSite {
  const { ruleset, exceptions, pages, profiles } = materials
  const own = profilesOf(site, profiles)
  const indexes = [exceptions.get(''), exceptions.get(site.name)]
  const spoken = new Set(own.flatMap(({ exceptions }) => exceptions.flatMap((one) => one.methods)))
  const find = exceptionFinder(
    indexes.filter((index) => index !== undefined),
    ruleset.exclusions,
    spoken,
  )
  const login_cookies = own.flatMap((profile) => profile.login_cookies)
  const variables = variablesOf(site, policy)
  return {
    site,
    begin({ is_gray = false, ...start }, path) {
      if (site.mode === 'off') return undefined
      // Where servers may disagree about the path, nobody knows whether it is the one that an exception means.
      const found =
        find === undefined || isAmbiguousPath(path)
          ? undefined
          : find(
              { method: start.method, isLoggedIn: () => hasCookie(start.headers, login_cookies) },
              routingPath(path),
              start.at_ms,
            )
      return ruleset.begin({
        ...start,
        rule_engine: engineOf(site.mode, is_gray),
        variables,
        ...found,
      })
    },
    limits: limitsOf(site, policy, own),
    block_page: pages.get(site.block_page),
    isMasked: maskOf(site, policy.masks),
  }
}

function engineOf(mode: Mode, is_gray: boolean): 'On' | 'DetectionOnly' {
  return mode === 'block' || (mode === 'safe_blocking' && is_gray) ? 'On' : 'DetectionOnly'
}

/** Paranoia level and thresholds by the names of CRS 3 and 4, lists in the notation of CRS: words between spaces, types between bars. */
export function variablesOf(site: Site, { rules }: Policy): Readonly<Record<string, string>> {
  const level = String(site.paranoia_level ?? rules.paranoia_level)
  const { allowed_methods, allowed_content_types } = rules
  return {
    paranoia_level: level,
    blocking_paranoia_level: level,
    inbound_anomaly_score_threshold: String(site.inbound_threshold ?? rules.inbound_threshold),
    outbound_anomaly_score_threshold: String(site.outbound_threshold ?? rules.outbound_threshold),
    ...(allowed_methods.length > 0 ? { allowed_methods: allowed_methods.join(' ') } : {}),
    ...(allowed_content_types.length > 0
      ? { allowed_request_content_type: allowed_content_types.map((type) => `|${type}|`).join(' ') }
      : {}),
  }
}

type Limited = {
  readonly limit: CompiledLimit
  readonly path: string
  readonly is_beginning: boolean
  readonly methods: readonly string[]
}

const none: readonly CompiledLimit[] = []

function limitsOf(
  site: Site,
  policy: Policy,
  profiles: readonly Profile[],
): CompiledSite['limits'] {
  const all: readonly Limited[] = [
    ...policy.rate_limits
      .filter((limit) => limit.site === '' || limit.site === site.name)
      .map((limit) => limited(compileLimit(limit), limit.path, limit.methods)),
    ...profiles.flatMap((profile) =>
      profile.rate_limits.flatMap(({ paths, methods, ...limit }) => {
        const made = compileLimit({ ...limit, site: site.name })
        return paths.map((path) => limited(made, below(site, path), methods))
      }),
    ),
  ]
  if (all.length === 0) return () => none
  return (method, target) => {
    const path = routingPath(target)
    const found = all.filter(
      (one) =>
        (one.methods.length === 0 || one.methods.includes(method)) &&
        (one.is_beginning ? path.startsWith(one.path) : path === one.path),
    )
    return found.length === 0 ? none : [...new Set(found.map((one) => one.limit))]
  }
}

function limited(limit: CompiledLimit, path: string, methods: readonly string[]): Limited {
  return { limit, ...policyPath(path), methods }
}

/** Names are compared without regard to case; `user[iban]` and `user.iban` are masked by `iban` too. */
function maskOf(site: Site, masks: readonly Mask[]): CompiledSite['isMasked'] {
  const names = new Set(
    masks
      .filter((mask) => mask.site === '' || mask.site === site.name)
      .map((mask) => mask.name.toLowerCase()),
  )
  if (names.size === 0) return () => false
  return (name) => {
    const lower = name.toLowerCase()
    if (names.has(lower)) return true
    const last = lower
      .replace(/[[\]]+$/, '')
      .split(/[.[\]]/)
      .at(-1)
    return last !== undefined && names.has(last)
  }
}
