import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Hit } from '#model/hit.ts'
import { rawExchange, startTestEdge, startUpstream } from './edge.fixture.ts'

const attack = '/?q=1+union+select+2'

test('an honest request reaches the upstream and its answer the client, both unchanged', async () => {
  await using upstream = await startUpstream((_request, response) => {
    response.writeHead(201, [
      'content-type',
      'text/plain',
      'set-cookie',
      'a=1',
      'set-cookie',
      'b=2',
    ])
    response.end('made')
  })
  await using edge = await startTestEdge({ upstreams: [upstream.url] })
  const answer = await fetch(`${edge.url}/things?x=1%20%2f&y`, { method: 'PUT', body: 'hello' })
  assert.equal(answer.status, 201)
  assert.equal(await answer.text(), 'made')
  assert.deepEqual(answer.headers.getSetCookie(), ['a=1', 'b=2'])
  assert.match(answer.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/)
  assert.equal(upstream.seen[0]?.url, '/things?x=1%20%2f&y')
  assert.equal(upstream.seen[0]?.method, 'PUT')
  assert.equal(edge.hits().length, 0)
})

test('an attack never reaches the upstream, and its record is on disk when the client hears of it', async () => {
  await using upstream = await startUpstream()
  await using edge = await startTestEdge({ upstreams: [upstream.url] })
  const answer = await fetch(edge.url + attack)
  const page = await answer.text()
  const [hit] = edge.hits()
  assert.equal(answer.status, 403)
  assert.equal(upstream.seen.length, 0)
  assert.ok(hit)
  Hit.parse(hit)
  assert.equal(hit.attack_type, 'sqli')
  assert.equal(hit.action, 'blocked')
  assert.equal(hit.status, 403)
  assert.equal(hit.parameter, 'ARGS:q')
  assert.deepEqual(hit.rule_ids, [942100])
  assert.equal(hit.request_id, answer.headers.get('x-request-id'))
  assert.ok(page.includes(hit.request_id))
  assert.ok(page.includes('node-1'))
  const [span] = hit.request.spans
  assert.ok(span)
  assert.equal(hit.request.uri.slice(span.start, span.end), '1+union+select+2')
})

test('the block page is HTML for browsers, JSON for who asks for it, else text; never more than that', async () => {
  await using upstream = await startUpstream()
  await using edge = await startTestEdge({ upstreams: [upstream.url], site: { block_status: 418 } })
  const as = async (accept: string) => {
    const answer = await fetch(edge.url + attack, { headers: { accept } })
    assert.equal(answer.status, 418)
    return [answer.headers.get('content-type'), await answer.text()] as const
  }
  const [html_type, html] = await as('text/html,*/*;q=0.8')
  assert.match(html_type ?? '', /^text\/html/)
  assert.ok(!/(src|href)=/.test(html), 'it asks for nothing from elsewhere')
  const [json_type, json] = await as('application/json')
  assert.equal(json_type, 'application/problem+json')
  assert.equal(JSON.parse(json).status, 418)
  const [text_type] = await as('*/*')
  assert.match(text_type ?? '', /^text\/plain/)
})

test('below the threshold it is no attack: it passes, is counted, and makes no hit in any mode', async () => {
  await using upstream = await startUpstream()
  for (const mode of ['block', 'safe_blocking', 'monitor']) {
    await using edge = await startTestEdge({ upstreams: [upstream.url], site: { mode } })
    const answer = await fetch(`${edge.url}/?a=suspicious`)
    assert.equal(answer.status, 200)
    assert.deepEqual(edge.hits(), [])
    const counters = edge.report().sites['test']
    assert.equal(counters?.attacks, 0)
    assert.equal(counters?.below_threshold, 1)
  }
})

test('one request with two kinds of attack makes one hit for each', async () => {
  await using upstream = await startUpstream()
  await using edge = await startTestEdge({ upstreams: [upstream.url] })
  await fetch(`${edge.url}${attack}&f=/etc/passwd`)
  const hits = edge.hits()
  assert.deepEqual(hits.map((hit) => hit.attack_type).sort(), ['ptrav', 'sqli'])
  assert.equal(new Set(hits.map((hit) => hit.request_id)).size, 1)
  assert.equal(new Set(hits.map((hit) => hit.id)).size, 2)
})

test('monitor lets attacks pass and records them; off does not even look', async () => {
  await using upstream = await startUpstream()
  await using monitoring = await startTestEdge({
    upstreams: [upstream.url],
    site: { mode: 'monitor' },
  })
  assert.equal((await fetch(monitoring.url + attack)).status, 200)
  assert.deepEqual(
    monitoring.hits().map((hit) => hit.action),
    ['monitored'],
  )
  await using off = await startTestEdge({ upstreams: [upstream.url], site: { mode: 'off' } })
  assert.equal((await fetch(off.url + attack)).status, 200)
  assert.equal(off.hits().length, 0)
})

test('drop closes without a word, redirect sends elsewhere', async () => {
  await using upstream = await startUpstream()
  await using edge = await startTestEdge({ upstreams: [upstream.url] })
  const raw = await rawExchange(
    edge.port,
    'GET / HTTP/1.1\r\nHost: a\r\nX-Drop: yes\r\n\r\n',
  ).catch(() => '')
  assert.equal(raw, '')
  const answer = await fetch(edge.url, { headers: { 'x-redirect': 'yes' }, redirect: 'manual' })
  assert.equal(answer.status, 302)
  assert.equal(answer.headers.get('location'), 'https://elsewhere.example/')
})

test('sites are told apart by host and path, whatever the spelling', async () => {
  await using shop = await startUpstream((_q, r) => r.end('shop'))
  await using other = await startUpstream((_q, r) => r.end('other'))
  await using edge = await startTestEdge({
    upstreams: [],
    sites: [
      { name: 'shop', hosts: ['shop.example', '*.shop.example'], upstreams: [{ url: shop.url }] },
      { name: 'admin', hosts: ['shop.example'], path: '/admin', upstreams: [{ url: other.url }] },
    ],
  })
  const ask = async (host: string, path = '/') => {
    const raw = await rawExchange(
      edge.port,
      `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
    )
    return `${raw.split(' ')[1]} ${/shop|other/.exec(raw.split('\r\n\r\n')[1] ?? '')?.[0] ?? ''}`.trim()
  }
  assert.equal(await ask('shop.example'), '200 shop')
  assert.equal(await ask('SHOP.example.:80'), '200 shop')
  assert.equal(await ask('a.b.shop.example'), '200 shop')
  assert.equal(await ask('nope.example'), '421')
  for (const path of ['/admin', '/admin/x', '/%61dmin/x', '//admin/x', '/x/../admin', '/./admin?x'])
    assert.equal(await ask('shop.example', path), '200 other', path)
  assert.equal(await ask('shop.example', '/administrator'), '200 shop')
})

test('the upstream is told who asks; what clients claim of themselves is dropped', async () => {
  await using upstream = await startUpstream()
  await using edge = await startTestEdge({ upstreams: [upstream.url] })
  const raw = await rawExchange(
    edge.port,
    'GET /x HTTP/1.1\r\nHost: a.example\r\nX-Forwarded-For: 6.6.6.6\r\nX_Forwarded_For: 6.6.6.6\r\nForwarded: for=6.6.6.6\r\n' +
      'X-Real-IP: 6.6.6.6\r\nX-Request-Id: mine\r\nProxy: http://evil\r\nConnection: close, X-Secret-Hop, Host, Content-Length\r\nX-Secret-Hop: 1\r\n\r\n',
  )
  const headers: readonly string[] = upstream.seen[0]?.headers ?? []
  const fields = new Map<string, string>()
  for (let i = 0; i < headers.length; i += 2)
    fields.set((headers[i] ?? '').toLowerCase(), headers[i + 1] ?? '')
  assert.equal(fields.get('x-forwarded-for'), '127.0.0.1')
  assert.equal(fields.get('forwarded'), 'for=127.0.0.1;host="a.example";proto=http')
  assert.equal(fields.get('x-real-ip'), '127.0.0.1')
  assert.equal(fields.get('host'), 'a.example')
  assert.ok(raw.includes(`x-request-id: ${fields.get('x-request-id')}`))
  assert.ok(!headers.join().includes('6.6.6.6'))
  assert.ok(!fields.has('proxy') && !fields.has('x-secret-hop') && !fields.has('x_forwarded_for'))
})

test('what only proxies tell is taken from trusted ones alone, in whatever spelling', async () => {
  await using upstream = await startUpstream()
  const names = ['X-Forwarded-Prefix', 'x-forwarded-server', 'X-Original-URL', 'X-Rewrite-Url']
  const lines = names.map(
    (name) => `${name}: /6.6.6.6\r\n${name.replaceAll('-', '_')}: /6.6.6.6\r\n`,
  )
  const ask = async (trusted_proxies: string[]) => {
    await using edge = await startTestEdge({
      upstreams: [upstream.url],
      settings: { trusted_proxies },
    })
    await rawExchange(
      edge.port,
      `GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${lines.join('')}X_Real-IP: 6.6.6.6\r\n\r\n`,
    )
    const headers: readonly string[] = upstream.seen.at(-1)?.headers ?? []
    return headers.filter((_, i) => headers[i + 1]?.includes('6.6.6.6'))
  }
  assert.deepEqual(await ask([]), [])
  assert.deepEqual(await ask(['127.0.0.1']), names)
})

test('a trusted proxy is believed, and only as far as trust reaches', async () => {
  await using upstream = await startUpstream()
  const settings = { trusted_proxies: ['127.0.0.1', '10.0.0.0/8'] }
  await using edge = await startTestEdge({ upstreams: [upstream.url], settings })
  const ask = async (forwarded: string) => {
    await fetch(edge.url + attack, { headers: { 'x-forwarded-for': forwarded } })
    return edge.hits().at(-1)?.client
  }
  assert.equal(await ask('198.51.100.7'), '198.51.100.7')
  assert.equal(await ask('6.6.6.6, 198.51.100.7, 10.1.1.1'), '198.51.100.7')
  assert.equal(await ask('198.51.100.7, nonsense'), '127.0.0.1')
  assert.equal(await ask('[2001:db8::1]:99'), '2001:db8::1')
})

test('keep-alive survives a block page, and many requests share one connection', async () => {
  await using upstream = await startUpstream()
  await using edge = await startTestEdge({ upstreams: [upstream.url] })
  const one = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`
  const raw = await rawExchange(
    edge.port,
    one('/') +
      one(attack) +
      one('/etc') +
      one('/').replace('Host: a', 'Host: a\r\nConnection: close'),
  )
  assert.deepEqual(
    [...raw.matchAll(/HTTP\/1\.1 (\d+)/g)].map((m) => m[1]),
    ['200', '403', '200', '200'],
  )
})

test('OPTIONS * is answered by the edge itself; HEAD gets no body', async () => {
  await using upstream = await startUpstream()
  await using edge = await startTestEdge({ upstreams: [upstream.url] })
  const star = await rawExchange(
    edge.port,
    'OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  )
  assert.match(star, /^HTTP\/1\.1 204 /)
  const head = await rawExchange(
    edge.port,
    `HEAD ${attack} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
  )
  assert.match(head, /^HTTP\/1\.1 403 /)
  assert.ok(head.endsWith('\r\n\r\n'))
  assert.equal(upstream.seen.length, 0)
})

test('a client that expects 100-continue gets it when its head has passed, not before', async () => {
  await using upstream = await startUpstream()
  await using edge = await startTestEdge({ upstreams: [upstream.url] })
  const head = (extra: string) =>
    `POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n${extra}Connection: close\r\n\r\n`
  const good = await rawExchange(edge.port, `${head('')}hello`)
  assert.match(good, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /)
  assert.equal(upstream.seen[0]?.body, 'hello')
  assert.ok(!upstream.seen[0]?.headers.join().toLowerCase().includes('expect'))
  const bad = await rawExchange(edge.port, head('X-Redirect: yes\r\n'), 500)
  assert.match(bad, /^HTTP\/1\.1 302 /)
  const odd = await rawExchange(
    edge.port,
    'GET / HTTP/1.1\r\nHost: a\r\nExpect: miracles\r\nConnection: close\r\n\r\n',
  )
  assert.match(odd, /^HTTP\/1\.1 417 /)
})
