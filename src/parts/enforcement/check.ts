/** Is a policy right? Everything that is wrong at once: its shape, what it names, its rules, and the tests of its rules. */
import type { Clock } from '#base/clock.ts'
import { Fault } from '#base/fault.ts'
import { explain } from '#base/settings.ts'
import type { CheckResult, Finding } from '#model/draft.ts'
import { Policy } from '#model/policy.ts'
import type { BundleFiles } from '#parts/bundle/bundle.ts'
import { keptRulesets } from '#parts/rulesets/resolve.ts'
import { engineDirectives } from './check/engine-directives.ts'
import { referenceFindings } from './check/references.ts'
import { runRuleTests, trialRequest } from './check/rule-tests.ts'
import { wideExceptions } from './check/wide-exceptions.ts'
import { ownFile } from './compile/rules.ts'
import { variablesOf } from './compile/sites.ts'
import { type CompiledPolicy, compilePolicy } from './compiled-policy.ts'
import { gatherBundle } from './gather.ts'
import { tryRequest } from './trial.ts'

/**
 * A rule set that is a folder of this machine, neither the package nor a kept one. `trusted`: as any other. `unquoted`: faults
 * in it tell the place, never what stands there. `refused`: nothing is read.
 */
export type FolderTrust = 'trusted' | 'unquoted' | 'refused'

export type CheckOptions = {
  /** Where `addRuleset` keeps rule sets. */
  readonly kept_dir: string
  readonly clock: Clock
  /** A policy compiled before; what it has in common is taken over. */
  readonly previous?: CompiledPolicy | undefined
  /** Trusted unless it is said. */
  readonly folder?: FolderTrust
}

export type Checked = {
  /** When its shape is right. */
  readonly policy?: Policy
  /** When it compiles. */
  readonly files?: BundleFiles
  readonly compiled?: CompiledPolicy
  readonly result: CheckResult
}

/** Findings that are told; a document can be wrong in every line. */
const findingsMax = 500

/** Sets of own rules that are tried without each other, and sites that are asked for their first page. */
const triesMax = 20
const sitesTriedMax = 100

/** Checks a policy in written form. Never throws faults: they become findings. */
export function checkPolicy(document: unknown, options: CheckOptions): Checked {
  const started = options.clock.elapsed()
  const findings: Finding[] = []
  const parts = partsOf(document, options, findings)
  const { compiled } = parts
  const now_ms = options.clock.now()
  const tests = compiled === undefined ? [] : runRuleTests(compiled, now_ms)
  for (const { rules, test, passed, message } of tests) {
    if (passed) continue
    const at = compiled?.policy.own_rules.findIndex((own) => own.name === rules) ?? 0
    findings.push(error(`own_rules.${at}.tests`, 'policy.test_failed', `"${test}": ${message}`))
  }
  const is_good = findings.every((finding) => finding.severity !== 'error')
  const result: CheckResult = {
    is_good,
    findings: findings.slice(0, findingsMax),
    tests,
    rule_set: compiled?.rule_set ?? '',
    rules: compiled?.rules ?? 0,
    took_ms: Math.round((options.clock.elapsed() - started) * 10) / 10,
  }
  return { ...parts, result }
}

function partsOf(
  document: unknown,
  options: CheckOptions,
  findings: Finding[],
): Omit<Checked, 'result'> {
  const parsed = Policy.safeParse(document)
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      if (findings.length >= findingsMax) break
      for (const { path, message } of explain(issue, Policy)) {
        findings.push(error(path.map(String).join('.'), 'policy.schema', message))
      }
    }
    return {}
  }
  const policy = parsed.data
  const now_ms = options.clock.now()
  findings.push(...referenceFindings(policy, now_ms))
  const isSound = findings.every((finding) => finding.severity !== 'error')
  const made = compiledParts(policy, options, findings, isSound)
  if (made.compiled !== undefined) findings.push(...doubts(made.compiled, now_ms))
  return { policy, ...made }
}

/**
 * Gathers and compiles. When own rules do not compile, the others are tried without them, so that each tells its first fault.
 * With references that are wrong, only the rules are compiled.
 */
function compiledParts(
  policy: Policy,
  { kept_dir, previous, folder = 'trusted' }: CheckOptions,
  findings: Finding[],
  isSound: boolean,
): Omit<Checked, 'result' | 'policy'> {
  const { set } = policy.rules
  const is_folder =
    folder !== 'trusted' && set !== 'package' && !keptRulesets(kept_dir).includes(set)
  if (is_folder && folder === 'refused') {
    const message = `"${set}" is neither package nor a kept rule set; a folder is for the settings file or an administrator to name`
    findings.push(error('rules.set', 'policy.folder_refused', message))
    return {}
  }
  let own = policy.own_rules
  for (let tries = 0; tries < triesMax; tries++) {
    const part = isSound
      ? { ...policy, own_rules: own }
      : { ...policy, own_rules: own, sites: [], exceptions: [] }
    try {
      const files = gatherBundle(part, Policy.encode(part), { kept_dir })
      const compiled = compilePolicy(files, previous)
      return isSound && own.length === policy.own_rules.length ? { files, compiled } : {}
    } catch (cause) {
      if (!(cause instanceof Fault)) throw cause
      const { file } = cause.facts
      const guilty = own.find(({ name }) => ownFile(name) === file)
      const at = guilty === undefined ? -1 : policy.own_rules.indexOf(guilty)
      const path = at < 0 ? 'rules.set' : `own_rules.${at}.text`
      const message = is_folder && guilty === undefined ? unquoted(cause) : cause.message
      findings.push(error(path, cause.code, message))
      if (guilty === undefined) return {}
      own = own.filter((one) => one !== guilty)
    }
  }
  return {}
}

/** Where, and nothing of what stands there: the folder may hold what is no rule set at all. */
function unquoted({ code, message, facts }: Fault): string {
  if (code.startsWith('rulesets.')) return message
  const { file, line, column } = facts
  const where = [file, line, column].filter((part) => part !== undefined).join(':')
  return `Cannot read the rule set${where === '' ? '' : ` at ${where}`}: it is not as expected`
}

/** What works and is probably not meant. */
function doubts(compiled: CompiledPolicy, at_ms: number): Finding[] {
  const { ruleset, notes, policy, sites } = compiled
  const found = [
    ...notes.map(({ path, message }) => warning(path, 'policy.unknown_rule', message)),
    ...ruleset.warnings.map((message) => warning('rules', 'policy.rule_warning', message)),
  ]
  for (const { path, message } of wideExceptions(compiled)) {
    found.push(warning(path, 'policy.wide_exception', message))
  }
  for (const { path, message } of engineDirectives(policy.own_rules)) {
    found.push(warning(path, 'policy.engine_directive', message))
  }
  const [first] = policy.sites
  for (const name of Object.keys(first === undefined ? {} : variablesOf(first, policy))) {
    const place = ruleset.set_for_all.get(name)
    if (place === undefined) continue
    const message = `${place.file}:${place.line}:${place.column} sets tx.${name}, but the policy decides it`
    found.push(warning('rules', 'policy.decided_here', message))
  }
  const { request_body_limit_bytes: limit, request_body_limit_action: action } = ruleset.settings
  policy.sites.forEach((site, at) => {
    if (action === 'Reject' && site.mode === 'block' && site.body_size_max > limit) {
      const message = `requests over ${limit} bytes get 413 by SecRequestBodyLimit; own rules can raise it`
      found.push(warning(`sites.${at}.body_size_max`, 'policy.body_limit', message))
    }
  })
  sites.slice(0, sitesTriedMax).forEach((site, at) => {
    const host = site.site.hosts[0] ?? ''
    const request = trialRequest({
      method: 'GET',
      uri: site.site.path,
      headers: {},
      body: '',
      host: host.includes('*') ? 'www.example.com' : host,
      at_ms,
    })
    const { intervention } = tryRequest(site, request)
    if (intervention === undefined) return
    const message = `rule ${intervention.rule_id} refuses even a plain request for ${site.site.path}`
    found.push(warning(`sites.${at}`, 'policy.refuses_everything', message))
  })
  return found
}

function error(path: string, code: string, message: string): Finding {
  return { severity: 'error', path, code, message }
}

function warning(path: string, code: string, message: string): Finding {
  return { severity: 'warning', path, code, message }
}
