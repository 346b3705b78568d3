import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Hit } from '#model/hit.ts'
import {
  rawExchange,
  smallRules,
  startTestEdge,
  startUpstream,
  type TestEdge,
} from './edge.fixture.ts'

/**
 * A rule that finds everything and quotes it, in several transformations: the worst that rules can
 * do to a secret.
 */
const quotingRules = `${smallRules}
SecRule ARGS|ARGS_NAMES|REQUEST_HEADERS|REQUEST_COOKIES|REQUEST_URI|REQUEST_BODY|QUERY_STRING|REQUEST_LINE "@rx (.{3,})" "id:990001,phase:2,pass,capture,log,msg:'Quotes %{MATCHED_VAR}',logdata:'%{TX.0} in %{MATCHED_VAR_NAME}: %{MATCHED_VAR}',t:none,setvar:tx.inbound_anomaly_score_pl1=+1"
SecRule ARGS|REQUEST_HEADERS|REQUEST_COOKIES|REQUEST_URI|REQUEST_BODY "@rx ." "id:990002,phase:2,pass,log,logdata:'%{MATCHED_VAR}',t:none,t:urlDecodeUni,t:lowercase,t:removeWhitespace,setvar:tx.inbound_anomaly_score_pl1=+1"
SecRule ARGS|REQUEST_HEADERS|REQUEST_COOKIES "@rx ." "id:990003,phase:2,pass,log,logdata:'%{MATCHED_VAR}',t:none,t:hexEncode,setvar:tx.inbound_anomaly_score_pl1=+1"
`

const secret = 'Tr0ub4dor-und-3'
const seeds: Readonly<Record<string, string>> = {
  query: `GET /?a=etc/passwd&password=${secret} HTTP/1.1\r\nHost: a\r\n\r\n`,
  encoded_query: `GET /?a=etc/passwd&p%61ss=${[...secret].map((c) => `%${c.charCodeAt(0).toString(16)}`).join('')} HTTP/1.1\r\nHost: a\r\n\r\n`,
  cookie: `GET /?a=etc/passwd HTTP/1.1\r\nHost: a\r\nCookie: theme=dark; id=${secret}\r\n\r\n`,
  basic: `GET /?a=etc/passwd HTTP/1.1\r\nHost: a\r\nAuthorization: Basic ${secret}\r\n\r\n`,
  header: `GET /?a=etc/passwd HTTP/1.1\r\nHost: a\r\nX-Auth-Token: ${secret}\r\n\r\n`,
  referer: `GET /?a=etc/passwd HTTP/1.1\r\nHost: a\r\nReferer: http://a/?session_id=${secret}\r\n\r\n`,
  form: post('application/x-www-form-urlencoded', `a=etc/passwd&user_password=${secret}`),
  json: post('application/json', JSON.stringify({ a: 'etc/passwd', password: secret })),
  nested_json: post(
    'application/json',
    JSON.stringify({ a: 'etc/passwd', user: { credentials: { x: secret } } }),
  ),
  multipart: post(
    'multipart/form-data; boundary=b',
    `--b\r\nContent-Disposition: form-data; name="a"\r\n\r\netc/passwd\r\n--b\r\nContent-Disposition: form-data; name="password"\r\n\r\n${secret}\r\n--b--\r\n`,
  ),
  attack_in_secret: `GET /?password=${secret}+union+select+etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n`,
  malformed: `GET /?password=${secret} HTTP/1.1\r\nHost: a\r\nCookie: id=${secret}\r\nBad Header: x\r\n\r\n`,
  refused_host: `GET /?password=${secret} HTTP/1.1\r\nHost: a\r\nHost: b\r\nCookie: id=${secret}\r\n\r\n`,
}

function post(type: string, body: string): string {
  return `POST / HTTP/1.1\r\nHost: a\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

test('no field of any hit holds a secret, though rules quote it in every way', async () => {
  await using upstream = await startUpstream()
  await using edge = await startTestEdge({ upstreams: [upstream.url], rules: quotingRules })
  const hex = Buffer.from(secret).toString('hex')
  const spellings = [
    secret,
    secret.toLowerCase(),
    secret.slice(0, 9),
    hex,
    hex.slice(0, 16),
    'tr0ub4dor',
  ]
  let known = 0
  for (const [name, bytes] of Object.entries(seeds)) {
    await rawExchange(edge.port, bytes.replace('Host: a\r\n', 'Host: a\r\nConnection: close\r\n'))
    const hits = edge.hits()
    assert.ok(hits.length > known, `${name} makes a hit`)
    for (const hit of hits.slice(known)) {
      Hit.parse(hit)
      const text = JSON.stringify(hit)
      for (const spelling of spellings)
        assert.ok(!text.includes(spelling), `${name}: ${spelling} in ${text}`)
    }
    known = hits.length
  }
})

test('the payload is marked where it stands: query, header, cookie, form, JSON, path', async () => {
  await using upstream = await startUpstream()
  const rules = `${smallRules}
SecRule REQUEST_HEADERS|REQUEST_COOKIES|REQUEST_FILENAME "@contains etc/passwd" "id:930121,phase:2,pass,log,t:none,msg:'x',tag:'attack-lfi',setvar:tx.inbound_anomaly_score_pl1=+5"`
  await using edge = await startTestEdge({ upstreams: [upstream.url], rules })
  const cases: readonly (readonly [string, string, string])[] = [
    ['GET /?f=..%2fetc/passwd HTTP/1.1\r\nHost: a\r\n\r\n', 'uri', 'etc/passwd'],
    ['GET /x/etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n', 'uri', 'etc/passwd'],
    ['GET / HTTP/1.1\r\nHost: a\r\nX-F: /etc/passwd\r\n\r\n', 'header', 'etc/passwd'],
    [post('application/x-www-form-urlencoded', 'x=1&f=%2Fetc%2Fpasswd'), 'body', '%2Fetc%2Fpasswd'],
    [post('application/json', '{"f":"/etc/passwd"}'), 'body', 'etc/passwd'],
  ]
  for (const [bytes, part, expected] of cases) {
    await rawExchange(edge.port, bytes.replace('Host: a\r\n', 'Host: a\r\nConnection: close\r\n'))
    const hit = edge.hits().at(-1)
    const span = hit?.request.spans[0]
    assert.ok(hit && span, bytes)
    assert.equal(span.part, part)
    const text =
      part === 'uri'
        ? hit.request.uri
        : part === 'body'
          ? hit.request.body
          : (hit.request.headers[span.index]?.[1] ?? '')
    assert.equal(text.slice(span.start, span.end), expected)
  }
})

test('records are cut to size however large the request was', async () => {
  await using upstream = await startUpstream()
  await using edge = await startTestEdge({ upstreams: [upstream.url] })
  const body = `q=union+select+${'\xff'.repeat(300_000)}`
  await rawExchange(
    edge.port,
    post('application/x-www-form-urlencoded', body).replace(
      'Host: a\r\n',
      'Host: a\r\nConnection: close\r\n',
    ),
  )
  const [hit] = edge.hits()
  assert.ok(hit)
  assert.ok(JSON.stringify(hit).length < 200_000)
  assert.ok(hit.request.is_cut)
  assert.equal(hit.request.body_bytes, body.length)
})

/** Rules that find something in every parameter, and quote it. */
const findAll = `${smallRules}
SecRule ARGS|ARGS_NAMES "@rx ..." "id:990010,phase:2,pass,capture,log,t:none,t:urlDecodeUni,t:lowercase,msg:'x',logdata:'%{MATCHED_VAR}',tag:'attack-sqli',setvar:tx.inbound_anomaly_score_pl1=+1"
SecRule ARGS|ARGS_NAMES "@rx ..." "id:990011,phase:2,pass,capture,log,t:none,t:removeWhitespace,msg:'x',logdata:'%{MATCHED_VAR}',tag:'attack-xss',setvar:tx.inbound_anomaly_score_pl1=+1"`

const costly: Readonly<Record<string, string>> = {
  schemes: `x=etc/passwd&y=${'bearer+'.repeat(9300)}`,
  parameters: Array.from({ length: 3000 }, (_, i) => `parameter${i}=etc/passwd`).join('&'),
  long_parameters: Array.from({ length: 15 }, (_, i) => `x=${i}${'1+'.repeat(2000)}`).join('&'),
  alike: `x=${'a'.repeat(32_000)}&${Array.from({ length: 15 }, (_, i) => `y=${'a'.repeat(2000 + i)}b`).join('&')}`,
  secrets: Array.from({ length: 3000 }, (_, i) => `password=${i * 7919}abc`).join('&'),
}

test('what a request may cost once it is found out is bounded', async () => {
  await using upstream = await startUpstream()
  await using edge = await startTestEdge({ upstreams: [upstream.url], rules: findAll })
  const requests = Object.entries(costly).map(
    ([name, body]) => [name, post('application/x-www-form-urlencoded', body)] as const,
  )
  const malformed = `GET / HTTP/1.1\r\nHost: a\r\nX-A: ${'bearer+'.repeat(1100)}\r\nBad Header: x\r\n\r\n`
  for (const [name, bytes] of [...requests, ['malformed', malformed] as const]) {
    const known = edge.hits().length
    const inspected = inspectedMs(edge)
    const before = process.cpuUsage()
    await rawExchange(edge.port, bytes.replace('Host: a\r\n', 'Host: a\r\nConnection: close\r\n'))
    const { user, system } = process.cpuUsage(before)
    const took = (user + system) / 1000 - (inspectedMs(edge) - inspected)
    assert.ok(edge.hits().length > known, `${name} makes a hit`)
    assert.ok(took < 400, `${name}: ${took.toFixed(0)} ms besides the inspection`)
  }
})

function inspectedMs(edge: TestEdge): number {
  return (
    Object.values(edge.report().sites).reduce((sum, site) => sum + site.inspect_us_sum, 0) / 1e3
  )
}

const quotingXml = `${smallRules}
SecRule REQUEST_HEADERS:Content-Type "@contains xml" "id:200002,phase:1,pass,nolog,ctl:requestBodyProcessor=XML"
SecRule XML:/* "@contains etc/passwd" "id:990020,phase:2,pass,log,t:none,t:lowercase,msg:'Quotes %{MATCHED_VAR}',logdata:'%{MATCHED_VAR}',tag:'attack-lfi',setvar:tx.inbound_anomaly_score_pl1=+5"`

test('a password stays masked however many other secrets the request holds', async () => {
  await using upstream = await startUpstream()
  await using edge = await startTestEdge({ upstreams: [upstream.url], rules: quotingXml })
  const list = (count: number, pair: (i: number) => string): string =>
    Array.from({ length: count }, (_, i) => pair(i)).join('; ')
  const cookies: readonly string[] = [
    list(20, (i) => `c${i}={"session":"abcdef${i}","theme":"darkdark${i}","other":"lightish${i}"}`),
    list(80, (i) => `c${i}=Value${i}abc`),
    list(700, (i) => `c${i}=V${i}abc`),
  ]
  // Other names first: more secrets than can be known before the password.
  const bodies: readonly string[] = [
    '',
    Array.from({ length: 900 }, (_, i) => `<pin>Pin${i}abc</pin>`).join(''),
  ]
  for (const cookie of cookies)
    for (const more of bodies) {
      const body = `<a>${more}<q>etc/passwd</q><password>SuperSecret99</password></a>`
      const bytes = post('text/xml', body).replace(
        'Host: a\r\n',
        `Host: a\r\nConnection: close\r\nCookie: ${cookie}\r\n`,
      )
      const known = edge.hits().length
      await rawExchange(edge.port, bytes)
      const hits = edge.hits().slice(known)
      assert.ok(hits.some((hit) => hit.matches.some((match) => match.variable.startsWith('XML'))))
      for (const hit of hits) {
        Hit.parse(hit)
        assert.ok(!/supersecret/i.test(JSON.stringify(hit)), JSON.stringify(hit).slice(0, 4000))
      }
    }
})
