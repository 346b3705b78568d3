/**
 * Runs ordinary requests through a ruleset before the first real one comes: the engine builds its automata and V8
 * compiles its hot paths while nobody waits.
 */
import type { Ruleset } from './ruleset.ts'

const agents = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15',
  'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'curl/8.5.0',
]

const words =
  'the quick order of twenty boots, size 42; paid with love & care (see page 7) by O’Brien-Smith'

type Sample = { readonly uri: string; readonly type?: string; readonly body?: string }

const samples: readonly Sample[] = [
  { uri: '/' },
  { uri: '/category/shoes?page=2&sort=price_asc&q=trail+running' },
  { uri: '/assets/app.4f3a9c.js?v=12' },
  { uri: '/search?q=caf%C3%A9%20au%20lait&from=2026-01-01&to=2026-12-31&lang=en-GB' },
  {
    uri: '/login',
    type: 'application/x-www-form-urlencoded',
    body: `user=anna%40example.com&note=${encodeURIComponent(words)}&remember=on&csrf=6c1f0e9ab34d4c7f`,
  },
  {
    uri: '/api/v1/orders',
    type: 'application/json',
    body: JSON.stringify({ id: 7, items: [{ sku: 'A-1', name: words, price: 12.5 }], gift: false }),
  },
  {
    uri: '/upload',
    type: 'multipart/form-data; boundary=warm',
    body: `--warm\r\nContent-Disposition: form-data; name="title"\r\n\r\n${words}\r\n--warm--\r\n`,
  },
  {
    uri: '/?id=1%27%20OR%20%271%27=%271&x=<script>alert(1)</script>&f=../../etc/passwd&c=;cat%20/etc/hosts',
  },
]

/** Takes some tens of milliseconds; a fault of a rule is left to real requests to tell. */
export function warmUp(ruleset: Ruleset, rounds = 4): void {
  for (let round = 0; round < rounds; round++) {
    for (const sample of samples) {
      try {
        runOne(ruleset, sample, round)
      } catch {
        return
      }
    }
  }
}

function runOne(ruleset: Ruleset, sample: Sample, round: number): void {
  const body = sample.body === undefined ? undefined : Buffer.from(sample.body).toString('latin1')
  const headers: [string, string][] = [
    ['Host', 'www.example.com'],
    ['User-Agent', agents[round % agents.length] ?? ''],
    ['Accept', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'],
    ['Accept-Language', 'en-GB,en;q=0.7'],
    ['Accept-Encoding', 'gzip, deflate'],
    ['Referer', `https://www.example.com/page/${round}`],
    ['Cookie', `session=${'0123456789abcdef'.repeat(2)}; theme=dark; visits=${round}`],
  ]
  if (body !== undefined && sample.type) {
    headers.push(['Content-Type', sample.type], ['Content-Length', String(body.length)])
  }
  const transaction = ruleset.begin({
    request_id: '00000000-0000-7000-8000-000000000000',
    at_ms: 0,
    client_address: '192.0.2.1',
    client_port: 40000,
    server_address: '192.0.2.2',
    server_port: 443,
    method: body === undefined ? 'GET' : 'POST',
    uri: `${sample.uri}${sample.uri.includes('?') ? '&' : '?'}n=${round}`,
    http_version: '1.1',
    headers,
    rule_engine: 'DetectionOnly',
  })
  transaction.requestHeaders()
  transaction.requestBody(body)
  transaction.responseHeaders({
    status: 200,
    http_version: '1.1',
    headers: [['Content-Type', 'text/html']],
  })
  if (transaction.wantsResponseBody())
    transaction.responseBody(`<html><body>${words}</body></html>`)
  transaction.logging()
}
