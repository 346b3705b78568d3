/** Ways to let a request through, the narrowest first; which of them help is for others to try. Pure. */
import { Exception } from '#model/exception.ts'
import type { Hit, MatchRecord } from '#model/hit.ts'
import { pathOf } from './replay.ts'

export type Candidate = {
  readonly sentence: string
  readonly exceptions: readonly Exception[]
}

/** A rule that called a request an attack, and the variable that an exception can name; `` when none can. */
type Evidence = {
  readonly rule_id: number
  readonly parameter: string
  readonly tags: readonly string[]
}

/** Fixes of a single rule among several: the first few rules. */
const single_max = 5

/** Rules that only add up what others found. */
function isEvaluation(rule_id: number): boolean {
  return [949, 959, 980].includes(Math.trunc(rule_id / 1000))
}

export function evidenceOf(hits: readonly Hit[]): Evidence[] {
  const found = new Map<string, Evidence>()
  for (const match of hits.flatMap((hit) => hit.matches)) {
    if (match.score <= 0 || isEvaluation(match.rule_id)) continue
    const { rule_id, tags } = match
    const parameter = parameterOf(match)
    found.set(`${rule_id} ${parameter}`, { rule_id, parameter, tags })
  }
  return [...found.values()]
}

/** What is left of the score of a request when these exceptions hold: an estimate without running the rules. */
export function scoreLeft(hits: readonly Hit[], exceptions: readonly Exception[]): number {
  const matches = new Map<string, MatchRecord>()
  for (const match of hits.flatMap((hit) => hit.matches)) {
    matches.set(`${match.rule_id} ${match.variable}`, match)
  }
  let score = 0
  for (const match of matches.values()) {
    if (isEvaluation(match.rule_id)) continue
    const is_excepted = exceptions.some(
      ({ parameter, rules, tags }) =>
        (parameter === '' || parameter === match.variable) &&
        ((rules.length === 0 && tags.length === 0) ||
          rules.includes(match.rule_id) ||
          tags.some((tag) => match.tags.includes(tag))),
    )
    if (!is_excepted) score += match.score
  }
  return score
}

/** `taken`: names of exceptions that there are. */
export function candidatesFor(hits: readonly Hit[], taken: ReadonlySet<string>): Candidate[] {
  const [hit] = hits
  const evidence = evidenceOf(hits)
  if (!hit || evidence.length === 0) return []
  const site = hit.site
  const path = pathPattern(hit.request.uri)
  const here = { site, path, words: `on ${path} of ${site}` }
  const everywhere = { site, path: '/*', words: `on all of ${site}` }
  const rules = [...new Set(evidence.map((one) => one.rule_id))]
  const made = [
    ...(rules.length > 1 ? rules.slice(0, single_max) : []).map((rule_id) =>
      notLooking(
        evidence.filter((one) => one.rule_id === rule_id),
        here,
      ),
    ),
    notLooking(evidence, here),
    notLooking(evidence, everywhere),
    byTags(evidence, here),
    rulesOff(rules, here),
    allRules(evidence, here),
    rulesOff(rules, everywhere),
  ]
  const names = new Set(taken)
  const seen = new Set<string>()
  return made.flatMap((draft) => {
    if (!draft) return []
    const key = JSON.stringify(draft.parts)
    if (seen.has(key)) return []
    seen.add(key)
    return [
      { sentence: draft.sentence, exceptions: named(draft.parts, names, hit, draft.sentence) },
    ]
  })
}

type Scope = { readonly site: string; readonly path: string; readonly words: string }
type Part = Pick<Exception, 'site' | 'path' | 'parameter' | 'rules' | 'tags'>
type Draft = { readonly sentence: string; readonly parts: readonly Part[] }

/** Each rule does not look at what it matched; where that cannot be named, it does not run. */
function notLooking(evidence: readonly Evidence[], { site, path, words }: Scope): Draft {
  const groups = Map.groupBy(evidence, (one) => one.parameter)
  const parts = [...groups].map(([parameter, of]) => ({
    site,
    path,
    parameter,
    rules: unique(of.map((one) => one.rule_id)),
    tags: [],
  }))
  const told = parts.map(({ rules, parameter }) =>
    parameter === ''
      ? `${ruleWords(rules)} not run`
      : `${ruleWords(rules)} not look at ${parameter}`,
  )
  return { sentence: `${told.join(', ')} ${words}`, parts }
}

/** All rules of the attack types, for the parameters. */
function byTags(evidence: readonly Evidence[], { site, path, words }: Scope): Draft | undefined {
  const tagged = evidence.map(({ parameter, tags }) => ({
    parameter,
    tags: tags.filter((tag) => tag.startsWith('attack-')),
  }))
  if (tagged.some(({ parameter, tags }) => parameter === '' || tags.length === 0)) return undefined
  const groups = Map.groupBy(tagged, (one) => one.parameter)
  const parts = [...groups].map(([parameter, of]) => ({
    site,
    path,
    parameter,
    rules: [],
    tags: unique(of.flatMap((one) => one.tags)),
  }))
  const told = parts.map(
    ({ tags, parameter }) => `No rule of ${tags.join(', ')} looks at ${parameter}`,
  )
  return { sentence: `${told.join(', ')} ${words}`, parts }
}

function rulesOff(rules: readonly number[], { site, path, words }: Scope): Draft {
  const parts = [{ site, path, parameter: '', rules: unique(rules), tags: [] }]
  return { sentence: `${ruleWords(rules)} not run ${words}`, parts }
}

function allRules(evidence: readonly Evidence[], { site, path, words }: Scope): Draft | undefined {
  const parameters = unique(evidence.map((one) => one.parameter))
  if (parameters.includes('')) return undefined
  const parts = parameters.map((parameter) => ({ site, path, parameter, rules: [], tags: [] }))
  return { sentence: `No rule looks at ${parameters.join(', ')} ${words}`, parts }
}

function named(
  parts: readonly Part[],
  taken: Set<string>,
  hit: Hit,
  sentence: string,
): Exception[] {
  return parts.map((part) => {
    const what = [part.parameter.replace(/^\w+:/, ''), part.rules[0] ?? part.tags[0] ?? 'all']
    const name = uniqueName(`fix-${what.filter((word) => word !== '').join('-')}`, taken)
    taken.add(name)
    const reason = `${sentence}: request ${hit.request_id}`.slice(0, 1000)
    return { ...part, name, expires_at: null, reason }
  })
}

/** In the spelling that exceptions may have. */
export function uniqueName(wanted: string, taken: ReadonlySet<string>): string {
  const plain = wanted
    .toLowerCase()
    .replace(/[^a-z0-9_.]+/g, '-')
    .slice(0, 90)
  let name = plain
  for (let n = 2; taken.has(name); n++) name = `${plain}-${n}`
  return name
}

/** The variable of a match as an exception can name it: `ARGS:content`, else ``. */
function parameterOf({ variable }: MatchRecord): string {
  const { parameter } = Exception.shape
  return parameter.safeParse(variable).success ? variable : ''
}

/** The path as exceptions write it; where it holds what they cannot say, the beginning before that. */
function pathPattern(uri: string): string {
  const path = pathOf(uri)
  const plain = /^\/[^*\\]*/.exec(path)?.[0] ?? '/'
  return plain === path ? path : `${plain}*`
}

function ruleWords(rules: readonly number[]): string {
  const ids = unique(rules)
  return ids.length === 1 ? `Rule ${ids[0]} does` : `Rules ${ids.join(', ')} do`
}

function unique<T extends string | number>(items: readonly T[]): T[] {
  return [...new Set(items)].sort((a, b) => (a < b ? -1 : 1))
}
