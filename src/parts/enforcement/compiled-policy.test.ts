import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { systemClock } from '#base/clock.ts'
import type { PolicyDocument } from '#model/policy.ts'
import { type CompiledPolicy, compilePolicy, compilePolicyInSlices } from './compiled-policy.ts'
import { recorded, site, smallSet } from './enforcement.support.ts'
import { judge } from './judge.ts'

const set = smallSet()
after(() => set[Symbol.dispose]())

const compiled = (document: PolicyDocument = {}, previous?: CompiledPolicy) =>
  compilePolicy(set.files(document), previous)

/** Blocked, monitored or passed, and by which rules. */
function verdict(policy: CompiledPolicy, uri: string, host = 'shop.example', at_ms?: number) {
  const judged = judge(policy, recorded(uri, { host }), at_ms)
  if (judged.kind !== 'judged') throw new Error(judged.why)
  return `${judged.action} ${judged.rule_ids.join(' ')}`.trim()
}

const sql = '/cart?q=union%20select'

test('a policy without exceptions blocks attacks and lets the rest pass', () => {
  const policy = compiled()
  assert.equal(policy.rule_set, 'SMALL_SET/1.0')
  assert.equal(verdict(policy, '/cart?q=shoes'), 'passed')
  assert.equal(verdict(policy, sql), 'blocked 942100')
  assert.equal(policy.find('other.example', '/'), 'host')
})

test('mode, paranoia level and threshold are those of the site, not of the rule set', () => {
  const policy = compiled({
    rules: { inbound_threshold: 5 },
    sites: [
      site('shop', { paranoia_level: 2 }),
      site('lax', { inbound_threshold: 6 }),
      site('watched', { mode: 'monitor' }),
      site('off', { mode: 'off' }),
    ],
  })
  assert.equal(verdict(policy, "/?q=O'Hara"), 'blocked 942200')
  assert.equal(verdict(policy, "/?q=O'Hara", 'lax.example'), 'passed')
  assert.equal(verdict(policy, sql, 'lax.example'), 'passed 942100')
  assert.equal(
    verdict(policy, `${sql}&x=%3Cscript`, 'lax.example'),
    'blocked 942100 941100',
    'two rules reach the threshold',
  )
  assert.equal(verdict(policy, sql, 'watched.example'), 'monitored 942100')
  assert.equal(verdict(policy, sql, 'off.example'), 'passed')
})

test('safe_blocking blocks only clients on the gray list', () => {
  const policy = compiled({ sites: [site('shop', { mode: 'safe_blocking' })] })
  const [shop] = policy.sites
  const send = (is_gray: boolean) => {
    const transaction = shop?.begin(
      {
        request_id: 'r',
        at_ms: 0,
        client_address: '192.0.2.1',
        client_port: 1,
        server_address: '127.0.0.1',
        server_port: 80,
        method: 'GET',
        uri: sql,
        http_version: '1.1',
        headers: [],
        is_gray,
      },
      sql,
    )
    transaction?.requestHeaders()
    return transaction?.requestBody(undefined)?.disruptive
  }
  assert.equal(send(false), false)
  assert.equal(send(true), true)
})

test('what the policy says wins over a SecAction of the rule set’s setup, a rule with a condition over both', () => {
  using own = smallSet(
    'SecAction "id:900110,phase:1,pass,nolog,setvar:tx.inbound_anomaly_score_threshold=100"\n' +
      'SecRule REQUEST_FILENAME "@streq /api" "id:900111,phase:1,pass,nolog,setvar:tx.inbound_anomaly_score_threshold=50"\n',
  )
  const policy = compilePolicy(own.files())
  assert.equal(verdict(policy, sql), 'blocked 942100')
  assert.equal(verdict(policy, '/api?q=union%20select'), 'passed 942100')
})

test('an exception lets a rule not look at a parameter, on its path and site only', () => {
  const policy = compiled({
    sites: [site('shop'), site('blog')],
    exceptions: [
      { name: 'a', site: 'shop', path: '/edit', parameter: 'ARGS:q', rules: [942100] },
      { name: 'b', path: '/notes/*', parameter: 'ARGS:text', tags: ['attack-sqli'] },
    ],
  })
  assert.equal(verdict(policy, '/edit?q=union%20select'), 'passed')
  assert.equal(verdict(policy, '/edit?p=union%20select'), 'blocked 942100')
  assert.equal(verdict(policy, '/edit/x?q=union%20select'), 'blocked 942100')
  assert.equal(verdict(policy, '/edit?q=union%20select', 'blog.example'), 'blocked 942100')
  assert.equal(verdict(policy, '/notes/1?text=union%20select', 'blog.example'), 'passed')
  assert.equal(verdict(policy, '/notes/1?text=%3Cscript'), 'blocked 941100', 'another type')
  assert.equal(verdict(policy, '/notes?text=union%20select'), 'blocked 942100')
})

test('a parameter that is called like a pattern is that parameter, and no other', () => {
  const policy = compiled({
    exceptions: [{ name: 'a', parameter: 'ARGS:/.*/', rules: [942100] }],
  })
  assert.equal(verdict(policy, '/?%2F.*%2F=union%20select'), 'passed')
  assert.equal(verdict(policy, '/?q=union%20select'), 'blocked 942100')
})

test('no trial knows what rules remembered of another one', () => {
  const text =
    'SecAction "id:1,phase:1,pass,nolog,initcol:ip=%{REMOTE_ADDR},setvar:ip.n=+1"\n' +
    'SecRule IP:n "@gt 1" "id:2,phase:1,deny,status:403"\n'
  const policy = compiled({ own_rules: [{ name: 'counting', text }] })
  assert.deepEqual([verdict(policy, '/'), verdict(policy, '/')], ['passed', 'passed'])
})

test('no spelling of a path brings an exception to another one', () => {
  const policy = compiled({
    exceptions: [{ name: 'a', path: '/edit/*', parameter: 'ARGS:q' }],
  })
  assert.equal(verdict(policy, '/edit/x?q=union%20select'), 'passed')
  assert.equal(verdict(policy, '/%65dit/x?q=union%20select'), 'passed', 'the same path')
  for (const path of ['/edit/../x', '/edit/%2e%2e/x', '/edit/./../x', '/edit\\..\\..\\x']) {
    assert.equal(verdict(policy, `${path}?q=union%20select`), 'blocked 942100', path)
  }
})

test('a path that servers may read differently gets no exception, whatever it is read as', () => {
  const policy = compiled({ exceptions: [{ name: 'a', path: '/edit/*', rules: [942100] }] })
  assert.equal(verdict(policy, '/x//edit/y?q=union%20select'), 'blocked 942100')
  assert.equal(verdict(policy, '//edit/y?q=union%20select&p=../%2e'), 'passed')
  const paths = [
    '/search/..%2fedit/x',
    '/search/../edit/x',
    '/./edit/x',
    '/edit/.',
    '/edit/x/..',
    '/search/..;a=1/edit/x',
    '/search/..%3b/edit/x',
    '/search\\..\\edit/x',
    '/edit/a%5cb',
    '/edit/a%2Eb',
    '/edit/%252e%252e/x',
  ]
  for (const path of paths) {
    assert.equal(verdict(policy, `${path}?q=union%20select`), 'blocked 942100', path)
  }
  assert.equal(verdict(policy, '/edit/a.b/..c?q=union%20select'), 'passed', 'dots in a name')
})

test('a path means the same however the policy spells it', () => {
  const written = ['/bücher', '/b%C3%BCcher', '/a//%62ücher', '/%2a', '/a/b//*', '/q?x*']
  const policy = compiled({
    sites: [site('shop'), site('books', { hosts: ['shop.example'], path: '/lädchen' })],
    exceptions: written.map((path, at) => ({ name: `e${at}`, path, parameter: `ARGS:p${at}` })),
    rate_limits: written.map((path, at) => ({ name: `l${at}`, path, rate: '1/s' })),
  })
  const names = (path: string) =>
    policy.sites[0]?.limits('GET', path).map((limit) => limit.name) ?? []
  const passing = (path: string) =>
    written.flatMap((_, at) =>
      verdict(policy, `${path}?p${at}=union%20select`) === 'passed' ? [`l${at}`] : [],
    )
  const wanted = [
    ['/b%C3%BCcher', ['l0', 'l1']],
    ['/b%c3%bccher', ['l0', 'l1']],
    ['/a/b%C3%BCcher', ['l2']],
    ['/*', ['l3']],
    ['/other', []],
    ['/a/b/c', ['l4']],
    ['/a/b', []],
    ['/q', []],
  ] as const
  for (const [path, found] of wanted) {
    assert.deepEqual(names(path), found, path)
    assert.deepEqual(passing(path), found, path)
  }
  assert.deepEqual(names(Buffer.from('/bücher').toString('latin1')), ['l0', 'l1'], 'as bytes')
  const books = policy.find('shop.example', '/l%C3%A4dchen/x')
  assert.equal(typeof books === 'string' ? books : books.site.name, 'books')
})

test('an exception without rules lets nobody look at a parameter; the sum of the scores is always judged', () => {
  const policy = compiled({
    exceptions: [
      { name: 'a', path: '/all', parameter: 'ARGS:q' },
      { name: 'b', path: '/sum', rules: [949110, 901100] },
      { name: 'c', path: '/tag', tags: ['OWASP_CRS'] },
    ],
  })
  assert.equal(verdict(policy, '/all?q=union%20select%3Cscript'), 'passed')
  assert.equal(verdict(policy, '/all?p=%3Cscript&q=%3Cscript'), 'blocked 941100')
  assert.equal(verdict(policy, '/sum?q=union%20select'), 'blocked 942100')
  assert.equal(verdict(policy, '/tag?q=union%20select'), 'passed', 'only what detects is left out')
  assert.deepEqual(
    policy.notes.map((note) => note.path),
    ['exceptions.1', 'exceptions.1'],
  )
})

test('an exception ends when it expires', () => {
  const policy = compiled({
    exceptions: [
      { name: 'a', parameter: 'ARGS:q', expires_at: '2026-01-01T00:10:00Z' },
      { name: 'b', parameter: 'ARGS:p' },
    ],
  })
  const at = Date.UTC(2026, 0, 1)
  assert.equal(verdict(policy, sql, 'shop.example', at), 'passed')
  assert.equal(verdict(policy, sql, 'shop.example', at + 599_999), 'passed')
  assert.equal(verdict(policy, sql, 'shop.example', at + 600_000), 'blocked 942100')
  assert.equal(verdict(policy, '/?p=union%20select', 'shop.example', at + 600_000), 'passed')
})

test('rules of one’s own come last, read their own data, and may remove rules of the set', () => {
  const policy = compiled({
    own_rules: [
      {
        name: 'mine',
        text:
          'SecRule ARGS "@pmFromFile words.txt" "id:1000,phase:2,deny,status:406,msg:\'Mine\'"\n' +
          'SecRuleRemoveById 941100\n',
        data: { 'words.txt': 'schlüssel\n' },
      },
    ],
  })
  assert.equal(verdict(policy, '/?q=Schl%C3%BCssel'), 'blocked 1000')
  assert.equal(verdict(policy, '/?q=%3Cscript'), 'passed')
  const including = { name: 'mine', text: 'Include /etc/passwd\n' }
  assert.throws(() => compiled({ own_rules: [including] }), { code: 'enforcement.own_include' })
  const leaving = { name: 'mine', text: 'SecRule ARGS "@pmFromFile ../../x" "id:1,phase:2,deny"\n' }
  assert.throws(() => compiled({ own_rules: [leaving] }), { code: 'waf.missing_data_file' })
})

test('a policy that keeps its rules keeps its rule set; other rules keep their expressions, and mean the same as compiled alone', () => {
  const first = compiled()
  const second = compiled({ exceptions: [{ name: 'a', rules: [942100] }] }, first)
  assert.equal(second.ruleset, first.ruleset)
  const own = [{ name: 'mine', text: 'SecRule ARGS:z "@rx ^z" "id:1000,phase:1,deny"\n' }]
  const third = compiled({ own_rules: own }, second)
  assert.notEqual(third.ruleset, first.ruleset)
  const { operators, regexes } = third.ruleset.reusable
  for (const [key, operator] of first.ruleset.reusable.operators) {
    assert.equal(operators.get(key), operator)
  }
  const fourth = compiled({}, third)
  assert.ok(!fourth.ruleset.reusable.regexes.has([...regexes.keys()].at(-1) ?? ''), 'forgotten')
  assert.equal(fourth.ruleset.reusable.operators.size, first.ruleset.reusable.operators.size)
  for (const policy of [second, third, fourth]) {
    assert.equal(verdict(policy, '/?q=%3Cscript'), 'blocked 941100')
  }
  assert.equal(verdict(third, '/?z=z'), 'blocked 1000')
  assert.equal(verdict(fourth, '/?z=z'), 'passed')
})

test('data that changed under the same rules is read anew', () => {
  using own = smallSet()
  const first = compilePolicy(own.files())
  writeFileSync(join(own.dir, 'set/rules/bad.data'), 'something else\n')
  const second = compilePolicy(own.files(), first)
  assert.equal(verdict(first, sql), 'blocked 942100')
  assert.equal(verdict(second, sql), 'passed')
  assert.equal(verdict(second, '/?q=something%20else'), 'blocked 942100')
})

test('a bundle with a file missing or broken is refused', () => {
  const files = new Map(set.files())
  files.delete('rules/0002.conf')
  assert.throws(() => compilePolicy(files), { code: 'enforcement.missing_file' })
  files.set('policy.json', Buffer.from('{"sites":5}'))
  assert.throws(() => compilePolicy(files), { code: 'enforcement.bad_file' })
  files.set('policy.json', Buffer.from('nonsense'))
  assert.throws(() => compilePolicy(files), { code: 'enforcement.bad_file' })
})

test('the same policy and rule set give the same files, wherever they are kept', () => {
  using other = smallSet()
  const strip = (dir: string, files: ReadonlyMap<string, Uint8Array>) =>
    [...files].map(([path, bytes]) => [path, Buffer.from(bytes).toString().replaceAll(dir, '')])
  assert.deepEqual(strip(set.dir, set.files()), strip(other.dir, other.files()))
  const rules = Buffer.from(set.files().get('rules.json') ?? []).toString()
  assert.ok(!rules.includes(set.dir), 'no folder of this machine')
})

test('10,000 exceptions are found by their paths', () => {
  const policy = compiled({
    exceptions: Array.from({ length: 10_000 }, (_, at) => ({
      name: `e${at}`,
      path: at % 2 === 0 ? `/a/${at}` : `/b/${at}*`,
      parameter: 'ARGS:q',
    })),
  })
  assert.equal(verdict(policy, '/a/5000?q=union%20select'), 'passed')
  assert.equal(verdict(policy, '/a/5001?q=union%20select'), 'blocked 942100')
  assert.equal(verdict(policy, '/b/7777/x?q=union%20select'), 'passed')
  assert.equal(verdict(policy, '/c?q=union%20select'), 'blocked 942100')
})

test('limits of the policy and of profiles apply by method and path', () => {
  const policy = compiled({
    sites: [site('shop'), site('blog', { path: '/blog', profiles: ['wordpress'] })],
    rate_limits: [
      { name: 'all', rate: '100/s' },
      { name: 'search', site: 'shop', path: '/search*', methods: ['GET'], rate: '5/s' },
    ],
  })
  const names = (at: number, method: string, path: string) =>
    policy.sites[at]?.limits(method, path).map((limit) => limit.name)
  assert.deepEqual(names(0, 'GET', '/'), ['all'])
  assert.deepEqual(names(0, 'GET', '/search/x?q=1'), ['all', 'search'])
  assert.deepEqual(names(0, 'POST', '/search'), ['all'])
  assert.deepEqual(names(1, 'POST', '/blog//xmlrpc.php'), ['all', 'wordpress-xmlrpc'])
  assert.deepEqual(names(1, 'POST', '/xmlrpc.php'), ['all'])
  assert.deepEqual(names(1, 'POST', '/blog/xmlrpc.php/x'), ['all', 'wordpress-xmlrpc'])
  assert.deepEqual(names(1, 'POST', '/blog/wp-login.php/'), ['all', 'wordpress-login'])
})

test('masks are by name without regard to case, also of the last part of a nested name', () => {
  const policy = compiled({
    sites: [site('shop'), site('blog')],
    masks: [{ name: 'IBAN' }, { name: 'note', site: 'blog' }],
  })
  const [shop, blog] = policy.sites
  for (const name of ['iban', 'Iban', 'user[iban]', 'json.account.iban']) {
    assert.ok(shop?.isMasked(name), name)
  }
  assert.ok(!shop?.isMasked('note'))
  assert.ok(blog?.isMasked('note'))
  assert.ok(!blog?.isMasked('ibanx'))
})

test('a block page is filled in, and nothing in it can be forged', () => {
  const $ = (name: string) => `$\{${name}}`
  const html = `<p>${$('client')} ${$('request_id')} ${$('other')} ${$('at')}</p>`
  const policy = compiled({
    sites: [site('shop', { block_page: 'mine' })],
    block_pages: [{ name: 'mine', html }],
  })
  const page = policy.sites[0]?.block_page?.render({
    request_id: `<b>${$('at')}"`,
    client: '192.0.2.1',
    node: 'n',
    site: 'shop',
    at: 'now',
  })
  assert.equal(page, `<p>192.0.2.1 &lt;b&gt;${$('at')}&quot; ${$('other')} now</p>`)
})

test('compiled in slices a policy means the same, and something else can happen in between', async () => {
  const files = set.files({
    own_rules: [{ name: 'mine', text: 'SecRule ARGS:z "@rx ^z" "id:1000,phase:1,deny"\n' }],
    exceptions: Array.from({ length: 1000 }, (_, at) => ({ name: `e${at}`, rules: [942100] })),
  })
  let elapsed = 0
  let pauses = 0
  const clock = {
    elapsed: () => (elapsed += 3),
    sleep: async () => {
      pauses++
      await systemClock.sleep(0)
    },
  }
  const policy = await compilePolicyInSlices(files, undefined, clock)
  assert.ok(pauses > 5, `${pauses} pauses`)
  assert.equal(verdict(policy, '/?z=z'), 'blocked 1000')
  assert.equal(verdict(policy, sql), 'passed')
  assert.equal(policy.policy.exceptions.length, 1000)
})
