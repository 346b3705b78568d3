import type { Random } from './random.support.ts'

type Family = (random: Random) => string

/** A space, as attackers write it. */
function gap(r: Random): string {
  return r.below(3) > 0
    ? ' '
    : r.pick(['  ', '\t', '\n', '/**/', '/*x*/', '\r\n', '\x0b', '\xc2\xa0'].slice(0, 7))
}

/** Upper, lower or mixed case, words joined by gaps. */
function say(r: Random, text: string): string {
  const style = r.below(4)
  const spelled =
    style === 0
      ? text.toUpperCase()
      : style === 1
        ? [...text].map((c) => (r.below(2) > 0 ? c.toUpperCase() : c)).join('')
        : text
  return spelled.split(' ').reduce((left, right) => left + gap(r) + right)
}

function number(r: Random): string {
  return r.pick(['1', '0', '-1', '42', '999999', '1.5', '0x1f', '7', '2024', '1e0'])
}

function name(r: Random): string {
  return r.pick(['id', 'username', 'password', 'users.name', '`pass`', '[login]', 'email', 'tbl_1'])
}

/** What stands before the injected part, with the quote that it leaves. */
function head(r: Random): { readonly text: string; readonly quote: string } {
  const quote = r.pick(["'", "'", "'", '"', ''])
  const word =
    quote === '' ? number(r) : r.pick(['', 'x', 'admin', '1', '-1', 'test@example.org', '%'])
  const close = r.pick(['', '', '', ')', '))', ' )'])
  return { text: word + quote + close, quote }
}

function tail(r: Random): string {
  return r.pick(['', '-- ', '--', '-- -', '#', ';--', '/*', ' -- x', ';'])
}

function literal(r: Random): string {
  return r.pick(['1', '2', "'a'", '"x"', '0x61', '5.5', "''"])
}

function comparison(r: Random): string {
  return r.pick(['=', '<', '>', '!=', '<>', '<=', ' like ', ' LIKE ', '<=>', ' = '])
}

function columns(r: Random): string {
  const some = [
    '1',
    'null',
    '@@version',
    'user()',
    "'a'",
    '0x41',
    'password',
    'version()',
    'concat(a,b)',
    'char(65,66)',
  ]
  return Array.from({ length: 1 + r.below(5) }, () => r.pick(some)).join(r.pick([',', ', ']))
}

function call(r: Random): string {
  return r.pick([
    'sleep(5)',
    'SLEEP( 5 )',
    "benchmark(1000000,md5('a'))",
    'pg_sleep(10)',
    'extractvalue(1,concat(0x7e,version()))',
    'updatexml(1,concat(0x3a,user()),1)',
    'ascii(substr((select 1),1,1))',
    "load_file('/etc/passwd')",
    'length(database())',
  ])
}

/** SQL injections by family, written for this project. */
export const sql_attacks: Readonly<Record<string, Family>> = {
  union: (r) =>
    `${head(r).text}${gap(r)}${say(r, r.of('union select|union all select|union distinct select'))}${gap(r)}${columns(r)}${r.pick(['', ' from users', ' from dual', ' FROM information_schema.tables'])}${tail(r)}`,
  union_parenthesis: (r) =>
    `${head(r).text}${gap(r)}${say(r, 'union (select')} ${columns(r)})${tail(r)}`,
  tautology: (r) => {
    const { text, quote } = head(r)
    const logic = r.pick(['or', 'and', 'OR', 'And', '||', '&&', 'xor'])
    if (quote === '') return `${text} ${logic} ${literal(r)}${comparison(r)}${literal(r)}${tail(r)}`
    const end = r.pick(['', tail(r)])
    return end === ''
      ? `${text}${gap(r)}${logic}${gap(r)}${quote}1${quote}${comparison(r)}${quote}1`
      : `${text}${gap(r)}${logic}${gap(r)}${literal(r)}${comparison(r)}${literal(r)}${end}`
  },
  tautology_column: (r) =>
    `${head(r).text}${gap(r)}${r.of('or|and|OR NOT')}${gap(r)}${name(r)}${r.pick([' is not null', ' like 0x25', '=1', " like '%'", '>0', ' in (1,2)', ' between 1 and 9'])}${tail(r)}`,
  truth: (r) => {
    const { text, quote } = head(r)
    return `${text} ${r.of('or|and|OR')} ${r.pick(['1', 'true', '2', 'not false', '!0', '-1'])}${quote === '' ? r.pick(['--', '-- ', '#']) : r.pick(['-- ', '#', ' -- -'])}`
  },
  stacked: (r) =>
    `${head(r).text}${r.pick([';', '; ', ' ;'])}${say(r, r.of('drop table users|insert into users values(1,2)|delete from users|update users set a=1|exec xp_cmdshell|create table x(a int)|alter table x add y int|declare @a int|shutdown|truncate table logs'))}${r.pick(['--', '', ';', '-- -'])}`,
  delay: (r) =>
    `${head(r).text}${r.pick([';', ' ', '; '])}${say(r, 'waitfor delay')} '0:0:${r.below(9)}'${r.pick(['--', '', '-- '])}`,
  time: (r) =>
    `${head(r).text}${gap(r)}${r.pick(['and', 'or', 'AND', '&&', '||'])}${gap(r)}${call(r)}${r.pick(['', '-- ', '#', '=1', '>1'])}`,
  concatenation: (r) => {
    const quote = r.of(`'|"`)
    const glue = r.of('+|-|*|^')
    return `${r.of('|x|1|2010-01-01')}${quote}${glue}${call(r)}${glue}${quote}`
  },
  pipes: (r) => {
    const quote = r.of(`'|"`)
    const middle = r.pick([
      call(r),
      '(select 1)',
      `${quote}a${quote}`,
      'user',
      '(select version())',
    ])
    return `x${quote}||${middle}||${quote}`
  },
  subselect: (r) =>
    `${head(r).text}${gap(r)}${r.of('and|or|=|,|-|<|in')}${gap(r)}(${say(r, r.of('select 1|select count(*)|select password|select top 1 name'))}${gap(r)}from users)${r.pick(['', '=1', '>0', '--', 'x'])}`,
  exists: (r) =>
    `${head(r).text} ${r.of('and|or|AND')} ${r.of('exists|not exists|EXISTS')}(${say(r, 'select 1 from users')})${tail(r)}`,
  order: (r) =>
    `${head(r).text}${gap(r)}${say(r, 'order by')}${gap(r)}${1 + r.below(30)}${r.pick(['', '--', '-- ', '#', ',2'])}`,
  group: (r) =>
    `${head(r).text} ${say(r, r.of('group by|having'))} ${r.pick(['1=1', '1', '2>1', "'a'='a'"])}${r.pick(['--', '', '-- '])}`,
  cut: (r) =>
    `${r.of('admin|root|x|user1|1')}${r.of(`'|"`)}${r.pick(['', ' ', ')', '))', ') '])}${r.pick(['--', '-- ', '/*', '-- -', ';--'])}`,
  executable_comment: (r) =>
    `${head(r).text}${gap(r)}/*!${r.pick(['', '50000', '00000', '40101 '])}${r.of('union|select|or|UNION|uNiOn')}*/${gap(r)}${r.pick(['select 1', '1=1', '/*!select*/ 1', '1', 'all select 2'])}${tail(r)}`,
  inner_comments: (r) =>
    `${head(r).text}/**/${r.of('union/**/select|or/**/1=1|and/*a*/1=1|UNION/*x*/ALL/*y*/SELECT|union/*!*/select')}/**/${columns(r)}`,
  conditional: (r) =>
    `${head(r).text} ${r.of('and|or|AND')} ${r.pick(['if(1=1,sleep(5),0)', 'case when 1=1 then 1 else 0 end', '(case when (1=1) then 1 end)', 'iif(1=1,1,2)', 'if(substr(user(),1,1)=0x72,1,2)'])}${tail(r)}`,
  case_subselect: (r) =>
    `(${say(r, 'select')} ${r.pick(['1', 'user()', '*', '@@version', 'password', 'count(*)'])} from ${r.of('users|dual|(select 1)x')})`,
  hexadecimal: (r) =>
    `${head(r).text} ${r.pick(['or', 'and', '||'])} ${r.pick(['0x61', "x'61'", 'char(97)', 'chr(97)', '0b1', "b'1'", 'unhex(61)'])}=${r.pick(['0x61', 'char(97)', "'a'", '1'])}${tail(r)}`,
  file: (r) =>
    `${head(r).text} ${say(r, 'union select')} ${r.pick(["'x'", 'load_file(0x2f)', "'<?php'"])} ${say(r, 'into outfile')} '/var/www/x.php'`,
  error: (r) =>
    `${head(r).text} and ${r.pick(['(select 1 from(select count(*),concat(version(),floor(rand(0)*2))x from information_schema.tables group by x)a)', 'row(1,1)>(select count(*),concat(0x3a,floor(rand()*2)) a group by a)', '1=convert(int,(select @@version))', '1=cast(version() as int)', 'extractvalue(1,0x7e)'])}${tail(r)}`,
  odbc: (r) => `${head(r).text} or {d '2020-01-01'}${comparison(r)}1${tail(r)}`,
  minimal: (r) =>
    r.pick([
      "' or ''='",
      "'or 1=1--",
      "' or 1=1#",
      "') or ('1'='1",
      '" or ""="',
      '1 or 1=1',
      "1' or '1'='1",
      "a' or true--",
      "'=0--+",
      "' or 'x' like 'x",
      "'||'1'='1",
      '1)or(1=1',
      "1'and'1'='2",
      '1"and"1"="1',
      "1'or'1'!='2",
      '0 or 1',
      "' or 1 -- ",
      '1;select sleep(5)',
      '1 and 1=2',
      "'or sleep(5)='",
    ]),
}
