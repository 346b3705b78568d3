/**
 * Whether this node should get traffic. Only what keeps it from protecting and serving makes it
 * unready.
 */

export type Check = {
  readonly name: string
  readonly is_ok: boolean
  /** When it fails: no traffic for this node, or only a word of warning. */
  readonly severity: 'unready' | 'degraded'
  readonly detail: string
}

export type Readiness = { readonly is_ready: boolean; readonly checks: readonly Check[] }

export type ReadinessFacts = {
  readonly is_edge: boolean
  readonly has_policy: boolean
  readonly workers_ready: number
  readonly workers: number
  readonly is_losing: boolean
  readonly is_analytics_reachable: boolean
  readonly deferred: number
  readonly upstreams_up: number
  readonly upstreams: number
}

/**
 * Without a worker or a policy nobody is served: unready. A full spool loses records and an absent analytics
 * delays them, yet the edge goes on protecting: degraded, still ready. So are upstreams that are
 * out: another node would find them out as well.
 */
export function readinessOf(facts: ReadinessFacts): Readiness {
  const checks: Check[] = [
    {
      name: 'workers',
      is_ok: facts.workers_ready > 0 || !facts.is_edge,
      severity: 'unready',
      detail: facts.is_edge
        ? `${facts.workers_ready} of ${facts.workers} ready`
        : 'this node has not the role edge',
    },
    {
      name: 'policy',
      is_ok: facts.has_policy || !facts.is_edge,
      severity: 'unready',
      detail: facts.has_policy ? 'in force' : 'none yet: every request gets 503',
    },
    {
      name: 'spool',
      is_ok: !facts.is_losing,
      severity: 'degraded',
      detail: facts.is_losing
        ? 'full or broken: records are being lost'
        : `${facts.deferred} waiting`,
    },
    {
      name: 'analytics',
      is_ok: facts.is_analytics_reachable,
      severity: 'degraded',
      detail: facts.is_analytics_reachable ? 'reachable' : 'away: records wait in the spool',
    },
    {
      name: 'upstreams',
      is_ok: facts.upstreams_up === facts.upstreams,
      severity: 'degraded',
      detail: `${facts.upstreams_up} of ${facts.upstreams} up`,
    },
  ]
  return { checks, is_ready: checks.every((check) => check.is_ok || check.severity === 'degraded') }
}

/** As Kubernetes writes it: `[+]name ok`. */
export function readinessText(readiness: Readiness, is_verbose: boolean): string {
  const last = readiness.is_ready ? 'ok\n' : 'not ready\n'
  if (!is_verbose) return last
  const lines = readiness.checks.map((check) => {
    const mark = check.is_ok ? '+' : check.severity === 'degraded' ? '~' : '-'
    const word = check.is_ok ? 'ok' : check.severity === 'degraded' ? 'degraded' : 'failed'
    return `[${mark}]${check.name} ${word}: ${check.detail}\n`
  })
  return lines.join('') + last
}
