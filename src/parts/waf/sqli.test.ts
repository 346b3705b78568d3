import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { generate } from './injection/random.support.ts'
import { sql_attacks } from './injection/sql-attacks.support.ts'
import { type Dialect, readToken, type Token } from './sqli/scan.ts'
import { detectSqli } from './sqli.ts'

const attacks: readonly string[] = [
  // boolean based, in each context
  '1 or 1=1',
  "1' or '1'='1",
  '1" or "1"="1',
  "') or ('a'='a",
  "x' and email is null; --",
  "1'/**/or/**/1=1#",
  '1\xa0or\xa01=1',
  "1'||'1'='1",
  "1 && 1 like 1 or 2=2'",
  '1 or 0x50=0x50',
  "1 or N'a'=N'a'",
  '1 or $$a$$=$$a$$',
  "1 or {d '2020-01-01'}=1",
  "\\' or 1=1 -- ",
  "'=0 or 1",
  "1' and sleep(5) and 'a",
  '1 and exists(select 1)',
  // union based
  '1 union select 2',
  '-1 union all select null,null',
  '1)) union (select 1)',
  "a') UniOn/*x*/DISTINCT/**/SeLect 1-- ",
  '1e0union select.1',
  '1 union#\nselect 1',
  '1 union values row(1,2)',
  // subselects and functions
  "'||(select 1)||'",
  '1,(select 1)',
  '(select password from users)',
  "2010-01-01'+sleep(20.to_i)+'",
  'sleep(20)',
  "'+load_file('/etc/passwd')+'",
  '1 and extractvalue(1,concat(0x7e,version()))',
  '1 - if(1=1,sleep(5),0)',
  '1 and case when 1=1 then 1 end',
  // probes
  '1 order by 5',
  "' group by a having 1=1 --",
  '1 having 1=1',
  '1 limit 1',
  // stacked
  "'; drop table users",
  '1;DROP/*x*/TABLE users',
  "');waitfor delay'0:0:5'--",
  "1'; exec master..xp_cmdshell 'dir'--",
  "'; shutdown",
  "x', '4');declare @q varchar(9)--",
  '1; update users set a=1',
  // cut off, and what only MySQL runs
  "admin'--",
  "admin')-- -",
  "admin'#",
  "admin'/*",
  '/*!50000union*/',
  '1/*!or*/1',
]

const harmless: readonly string[] = [
  '',
  'blue suede shoes',
  "Brian O'Brien",
  "it's a dog's life",
  "the boys' and girls' toys",
  "the boys' -- and the girls'",
  "students' # 100",
  "rock 'n' roll",
  '"red shoes" AND "blue shoes"',
  '5\' 10" and 6\' 2"',
  'select the best from the rest',
  'Please select one from our union',
  'the european union select committee',
  'order by mail, group by age',
  'drop table saw',
  'sleep (8 hours)',
  '1 or 2',
  'sexy and 17',
  '1 and 2 or 3, all of them',
  '5 or more in 2024',
  '1.0 or newer is required',
  '1) and 2) are wrong',
  '2. Insert into slot A',
  '2 or right (see map)',
  '3 union select committees',
  '(select one from the list)',
  "fastify.get('/', (request, reply) => {",
  ".option('--first', 'display just the first substring')",
  "`path.resolve('/')`.",
  "'/test/*'",
  'terms & conditions; privacy',
  '/*! normalize v8.0.1 | MIT */',
  "l'été, c'est l'or ou l'argent",
  '{"id":1,"name":"O\'Brien"}',
  'a=1&b=2',
  '2024-05-01T10:00:00+02:00',
  '(555) 123-4567 or (555) 123-4568',
  'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8',
  'Mozilla/5.0 (X11; Linux x86_64; rv:1.0) like Gecko',
  'if (a == 1 && b < 2) { return x; }',
]

test('detectSqli() finds injections of every family and context', () => {
  assert.deepEqual(
    attacks.filter((value) => detectSqli(value) === undefined),
    [],
  )
})

test('detectSqli() leaves prose, names, code and data alone', () => {
  assert.deepEqual(
    harmless.filter((value) => detectSqli(value) !== undefined),
    [],
  )
})

test('detectSqli() tells the shape that gave the value away', () => {
  assert.equal(detectSqli('1 or 1=1'), '1&1o')
  assert.equal(detectSqli("1' or '1'='1"), 'q&so')
  assert.equal(detectSqli('1 union select 2'), '1UE1')
})

test('detectSqli() gives the same answer whatever it was asked before', () => {
  const values = [...attacks, ...harmless]
  const alone = values.map((value) => detectSqli(value))
  const reversed = values.toReversed().map((value) => detectSqli(value))
  assert.deepEqual(reversed.toReversed(), alone)
})

test('detectSqli() finds an injection behind any honest word, number or e-mail address', () => {
  for (const before of ['', 'x', '42', 'john@example.org', 'caf\xc3\xa9', '%'])
    for (const after of ["' or 1=1-- ", "' union select 1,2-- ", "'; drop table x-- "])
      assert.notEqual(detectSqli(before + after), undefined, before + after)
})

test('detectSqli() is not misled by case, white space, comments, signs and parentheses', () => {
  const disguises: readonly ((value: string) => string)[] = [
    (value) => value.toUpperCase(),
    (value) => value.replaceAll(' ', '/**/'),
    (value) => value.replaceAll(' ', '/* or 1 */'),
    (value) => value.replaceAll(' ', '\n'),
    (value) => value.replaceAll(' ', '\xa0'),
    (value) => value.replaceAll(' 1=1', ' (1)=((+1))'),
    (value) => value.replace(/\b(or|and)\b/i, '$1 not -+'),
  ]
  // Where only a comment is proof, there is no other way to write it.
  const samples = generate(sql_attacks, 30, 3)
    .filter(({ family }) => !['executable_comment', 'truth', 'cut'].includes(family))
    .filter(({ value }) => detectSqli(value) !== undefined)
  assert.ok(samples.length > 500)
  for (const disguise of disguises)
    for (const { value } of samples) {
      const disguised = disguise(value)
      assert.notEqual(detectSqli(disguised), undefined, `${disguised} was ${value}`)
    }
})

const sqlish = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...`' " \` ( ) { } [ ] ; , . # -- /* */ /*! = < > ! | & + - * % ~ ^ @ $ $$ \\ : ?`.split(
          ' ',
        ),
        ..."select union or and not order by sleep( sum( 1 0x1 1e 1. a x' \n \0 \xa0 \xff".split(
          ' ',
        ),
        ' ',
      ),
      fc.string({
        unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
      }),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''))

test('detectSqli() never throws and answers with a short fingerprint or nothing', () => {
  fc.assert(
    fc.property(sqlish, (value) => {
      const answer = detectSqli(value)
      return answer === undefined || (answer.length > 0 && answer.length <= 14)
    }),
    { numRuns: 5000, seed: 1 },
  )
})

test('the scanner always moves on, so that a value has no more tokens than bytes', () => {
  const dialects: readonly Dialect[] = [{ mysql: false }, { mysql: true }]
  fc.assert(
    fc.property(sqlish, fc.constantFrom(...dialects), (value, dialect) => {
      const token: Token = { kind: 0, start: 0, end: 0, code: 0 }
      let at = 0
      let steps = 0
      for (; at < value.length; steps++) {
        readToken(value, at, dialect, token)
        if (token.start < at || token.end <= at || token.end > value.length) return false
        at = token.end
      }
      return steps <= value.length
    }),
    { numRuns: 5000, seed: 2 },
  )
})

test('detectSqli() takes a time that grows with the length only', () => {
  const atoms = [
    "'",
    '\'"',
    '/*',
    "1'/**/",
    '(',
    ' +1',
    'sum(',
    '$a',
    '[',
    ' ',
    "1'--\n",
    'a ',
    '{d ',
    'sleep (',
    '0x',
    '1e1',
    "'\\",
    '@',
    '=\t<!--',
  ]
  for (const atom of atoms) {
    const value = `1 ${atom.repeat(Math.floor((128 * 1024) / atom.length))}`
    const before = process.cpuUsage()
    detectSqli(value)
    const cost_ms = process.cpuUsage(before).user / 1000
    // Some 10 ms are usual; a quadratic scan would take minutes.
    assert.ok(cost_ms < 500, `${JSON.stringify(atom)}: ${cost_ms} ms`)
  }
})
