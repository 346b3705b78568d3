import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { testClock } from '#base/clock.ts'
import { engineDirectives } from './check/engine-directives.ts'
import { checkPolicy } from './check.ts'
import { recorded, site, smallSet, withSet } from './enforcement.support.ts'
import { judge } from './judge.ts'

const set = smallSet()
after(() => set[Symbol.dispose]())

const clock = testClock(Date.UTC(2026, 0, 1))
const check = (document: Record<string, unknown>) =>
  checkPolicy(withSet(document, set.dir), { kept_dir: '', clock })

/** `error path code`, sorted. */
const told = (document: Record<string, unknown>) =>
  check(document)
    .result.findings.map(({ severity, path, code }) => `${severity} ${path} ${code}`)
    .sort()

test('a good policy has no findings, and comes with its files', () => {
  const checked = check({})
  assert.deepEqual(checked.result.findings, [])
  assert.ok(checked.result.is_good)
  assert.equal(checked.result.rule_set, 'SMALL_SET/1.0')
  assert.ok(checked.files?.has('policy.json'))
  assert.ok(checked.compiled !== undefined)
})

test('everything wrong in the shape is told at once, unknown keys with what is meant', () => {
  const { result } = check({
    sites: [
      { ...site('shop'), upstream: [] },
      { ...site('blog'), name: 'Blog', mode: 'blok' },
    ],
    exceptions: [{ name: 'x', path: 'nowhere' }],
  })
  assert.ok(!result.is_good)
  assert.deepEqual(
    result.findings.map((finding) => finding.path),
    ['sites.0.upstream', 'sites.1.name', 'sites.1.mode', 'exceptions.0.path'],
  )
  assert.match(result.findings[0]?.message ?? '', /did you mean "upstreams"/)
  assert.equal(checkPolicy(null, { kept_dir: '', clock }).result.is_good, false)
  assert.equal(checkPolicy([], { kept_dir: '', clock }).result.is_good, false)
})

test('what a policy names must be there', () => {
  const findings = told({
    sites: [site('shop', { block_page: 'none' }), site('two', { hosts: ['shop.example'] })],
    exceptions: [{ name: 'a', site: 'gone', rules: [942100] }],
    rate_limits: [{ name: 'a', site: 'gone', rate: '1/s' }],
    jails: [{ name: 'a', site: 'gone' }],
    masks: [{ name: 'a', site: 'gone' }],
    own_rules: [{ name: 'a', text: '', tests: [{ name: 't', site: 'gone', uri: '/' }] }],
    groups: [
      { name: 'a', parent: 'b' },
      { name: 'b', parent: 'a' },
      { name: 'c', parent: 'gone' },
    ],
    rollout: { canary_group: 'gone' },
  })
  assert.deepEqual(findings, [
    'error exceptions.0.site policy.unknown_site',
    'error groups.0.parent policy.group_in_circle',
    'error groups.1.parent policy.group_in_circle',
    'error groups.2.parent policy.unknown_group',
    'error jails.0.site policy.unknown_site',
    'error masks.0.site policy.unknown_site',
    'error own_rules.0.tests.0.site policy.unknown_site',
    'error rate_limits.0.site policy.unknown_site',
    'error rollout.canary_group policy.unknown_group',
    'error sites.0.block_page policy.unknown_block_page',
    'error sites.1.hosts.0 policy.two_sites',
  ])
})

test('an exception that turns everything off is refused, one that does nothing is doubted', () => {
  const findings = told({
    exceptions: [{ name: 'all' }, { name: 'here', site: 'shop', path: '/x' }],
  })
  assert.deepEqual(findings, [
    'error exceptions.0 policy.exception_without_bounds',
    'error exceptions.1 policy.exception_without_bounds',
  ])
  const doubted = told({
    exceptions: [
      { name: 'unknown', rules: [5, 942100], tags: ['nothing'] },
      { name: 'past', rules: [942100], expires_at: '2025-12-31T00:00:00Z' },
      { name: 'no-pattern', parameter: 'ARGS:/^te/', rules: [942100] },
    ],
  })
  assert.deepEqual(doubted, [
    'warning exceptions.0 policy.unknown_rule',
    'warning exceptions.0 policy.unknown_rule',
    'warning exceptions.1.expires_at policy.expired',
    'warning exceptions.2.parameter policy.no_pattern',
  ])
})

test('an exception that leaves hardly any rule is told, one that is as wide as it must be is not', () => {
  const rules = Array.from(
    { length: 10 },
    (_, i) => `SecRule ARGS:x "@streq ${i}" "id:${i + 1},phase:2,deny,tag:'OWASP_CRS'"\n`,
  )
  const found = check({
    own_rules: [{ name: 'more', text: rules.join('') }],
    exceptions: [
      { name: 'tag', path: '/x', tags: ['OWASP_CRS'] },
      { name: 'arguments', parameter: 'ARGS' },
      { name: 'cookies', parameter: 'REQUEST_COOKIES', tags: ['OWASP_CRS'] },
      { name: 'one-path', path: '/x', parameter: 'ARGS' },
      { name: 'one-name', parameter: 'ARGS:q' },
      { name: 'one-rule', rules: [942100] },
    ],
  })
  assert.deepEqual(
    found.result.findings.map(({ severity, code, message }) => `${severity} ${code} ${message}`),
    [
      'warning policy.wide_exception "tag" turns 13 of 20 rules off on /x of all sites',
      'warning policy.wide_exception "arguments" lets 20 of 20 rules not look at any of ARGS on every path of all sites',
      'warning policy.wide_exception "cookies" lets 13 of 20 rules not look at any of REQUEST_COOKIES on every path of all sites',
    ],
  )
})

test('each set of own rules tells its first fault, with file and line', () => {
  const { result } = check({
    own_rules: [
      { name: 'good', text: 'SecAction "id:1,phase:1,pass"\n' },
      { name: 'a', text: '\nSecRul x y\n' },
      { name: 'b', text: 'SecRule ARGS "@rx (" "id:2,phase:1"\n' },
    ],
  })
  assert.deepEqual(
    result.findings.map(({ path, code }) => `${path} ${code}`),
    ['own_rules.1.text seclang.unknown_directive', 'own_rules.2.text waf.bad_pattern'],
  )
  assert.match(result.findings[0]?.message ?? '', /own\/a\.conf:2:1/)
  const [missing] = check({ rules: { set: '/none' } }).result.findings
  assert.equal(missing?.path, 'rules.set')
  assert.equal(missing?.code, 'rulesets.not_found')
})

test('tests of own rules run, and a policy whose tests fail is not good', () => {
  const own = {
    name: 'mine',
    text: 'SecRule ARGS:q "@streq bad" "id:1000,phase:2,deny,status:406,msg:\'Mine\'"\n',
    tests: [
      { name: 'blocks', uri: '/?q=bad', expect_rules: [1000], expect_blocked: true },
      { name: 'form', method: 'POST', uri: '/', body: 'q=bad', expect_rules: [1000] },
      { name: 'passes', uri: '/?q=good', expect_not_rules: [1000], expect_blocked: false },
    ],
  }
  const good = check({ own_rules: [own], sites: [site('shop', { mode: 'monitor' })] })
  assert.deepEqual(good.result.findings, [])
  assert.deepEqual(
    good.result.tests.map((one) => one.passed),
    [true, true, true],
  )
  const wrong = { ...own, tests: [{ name: 'wrong', uri: '/?q=bad', expect_blocked: false }] }
  const { result } = check({ own_rules: [wrong] })
  assert.ok(!result.is_good)
  assert.equal(result.tests[0]?.message, 'it was blocked by rule 1000')
  assert.equal(result.findings[0]?.path, 'own_rules.0.tests')
})

test('rules that refuse every request are told', () => {
  const own_rules = [{ name: 'mine', text: 'SecAction "id:1000,phase:1,deny,status:500"\n' }]
  assert.deepEqual(told({ own_rules }), ['warning sites.0 policy.refuses_everything'])
})

test('judge() says why a recorded request cannot be replayed, and reads bytes as they were', () => {
  const { compiled } = check({})
  if (compiled === undefined) throw new Error('it compiles')
  const gone = judge(compiled, recorded('/', { host: 'gone.example' }))
  assert.deepEqual(gone, { kind: 'not_replayable', why: 'no site serves gone.example' })
  const whole = recorded('/?q=union%20select')
  const cut = judge(compiled, { ...whole, request: { ...whole.request, is_cut: true } })
  assert.equal(cut.kind, 'not_replayable')
  const seen = judge(compiled, whole)
  assert.deepEqual(seen.kind === 'judged' && { ...seen, matches: seen.matches.length }, {
    kind: 'judged',
    site: 'shop',
    action: 'blocked',
    would_block: true,
    rule_ids: [942100],
    parameters: ['ARGS:q'],
    matches: 1,
  })
  const body = 'q=a\\x00b\\\\union select'
  const form = {
    ...whole.request,
    method: 'POST',
    uri: '/',
    headers: [['Content-Type', 'application/x-www-form-urlencoded']] as [string, string][],
    body,
  }
  const judged = judge(compiled, { ...whole, request: form })
  assert.equal(judged.kind === 'judged' && judged.matches[0]?.raw_value, 'a\0b\\union select')
})

test('a setup file that says what the policy decides is told', () => {
  using own = smallSet(
    'SecAction "id:900000,phase:1,pass,nolog,setvar:tx.blocking_paranoia_level=2,setvar:tx.mine=1"\n',
  )
  const { result } = checkPolicy(withSet({}, own.dir), { kept_dir: own.dir, clock })
  assert.ok(result.is_good)
  assert.deepEqual(
    result.findings.map(({ code, message }) => `${code}: ${message}`),
    [
      'policy.decided_here: set/crs-setup.conf:1:41 sets tx.blocking_paranoia_level, but the policy decides it',
    ],
  )
})

test('own rules that turn far more off than it looks are told with their lines', () => {
  const text = `# SecRuleEngine Off
SecRuleEngine DetectionOnly
SecRuleRemoveById 942100
SecRuleRemoveById 920000-949999
SecRule REQUEST_URI "@beginsWith /x" "id:9,phase:1,pass,nolog,ctl:ruleEngine=Off"
`
  const notes = engineDirectives([{ name: 'mine', text }])
  assert.deepEqual(
    notes.map(({ path, message }) => `${path} ${/:\d+/.exec(message)?.[0]}`),
    ['own_rules.0.text :2', 'own_rules.0.text :4', 'own_rules.0.text :5'],
  )
})
