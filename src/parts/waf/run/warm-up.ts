/** Runs requests like those to come, so that the first real one does not pay for automata and compiled code. */
import type { Program } from '../program.ts'
import type { TransactionStart } from '../transaction.ts'
import { begin } from './begin.ts'
import { persistentMemory } from './memory.ts'

const words = [
  'running shoes',
  'Katherine.Winterbottom@example.com',
  "O'Brien & Sons, 221b Baker Street",
  '+44 20 7946 0958',
  '2026-11-20T09:30:00Z',
  'https://shop.example.com/a/b?c=d#e',
  '{"a": [1, "x"]}',
  '7d1f9f3e-52a1-4a0e-9a58-0c2b7f6d1e90',
  'SGVsbG8gd29ybGQ=',
  'Größe 42 (neu) – 20 % off!',
]

/** Bodies by type; every one is sent in each round. */
const bodies: readonly (readonly [type: string, body: (values: readonly string[]) => string])[] = [
  ['', () => ''],
  [
    'application/x-www-form-urlencoded',
    (values) => values.map((value, at) => `f${at}=${encodeURIComponent(value)}`).join('&'),
  ],
  ['application/json', (values) => JSON.stringify({ items: values, at: 1.5, on: true })],
  [
    'multipart/form-data; boundary=b',
    (values) =>
      `--b\r\nContent-Disposition: form-data; name="t"\r\n\r\n${values.join(' ')}\r\n` +
      '--b\r\nContent-Disposition: form-data; name="f"; filename="a.png"\r\n' +
      'Content-Type: image/png\r\n\r\nPNG\r\n--b--\r\n',
  ],
]

/**
 * The first round builds most automata; more of them let V8 compile what is hot. What rules would store between requests is thrown away.
 */
export function warmUp(program: Program, rounds: number) {
  const apart: Program = { ...program, memory: persistentMemory() }
  for (let round = 0; round < rounds; round++) {
    const values = words.map((word, at) => `${word}${at === round % words.length ? round : ''}`)
    for (const [type, body] of bodies) {
      const bytes = Buffer.from(body(values), 'utf8').toString('latin1')
      const transaction = begin(apart, request(round, type, bytes, values))
      transaction.requestHeaders()
      transaction.requestBody(bytes === '' ? undefined : bytes)
      transaction.responseHeaders({
        status: 200,
        http_version: '1.1',
        headers: [['Content-Type', 'text/html']],
      })
      transaction.responseBody(`<html><body><p>${values.join('</p><p>')}</p></body></html>`)
      transaction.logging()
    }
  }
}

function request(
  round: number,
  type: string,
  body: string,
  values: readonly string[],
): TransactionStart {
  const query = values.map((value, at) => `q${at}=${encodeURIComponent(value)}`).join('&')
  return {
    request_id: `warm-up-${round}`,
    at_ms: 0,
    client_address: '192.0.2.1',
    client_port: 50_000,
    server_address: '192.0.2.2',
    server_port: 443,
    method: type === '' ? 'GET' : 'POST',
    uri: `/shop/items/${round}.html?${query}`,
    http_version: '1.1',
    rule_engine: 'DetectionOnly',
    headers: [
      ['Host', 'shop.example.com'],
      ['User-Agent', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'],
      ['Accept', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'],
      ['Accept-Language', 'en-US,en;q=0.5'],
      ['Accept-Encoding', 'gzip, deflate'],
      ['Referer', `https://shop.example.com/category?page=${round}`],
      ['Cookie', `session_id=${round}f14e45fceea167a5a36dedd4bea2543; theme=dark; _ga=GA1.2.34`],
      ...(type === ''
        ? []
        : ([
            ['Content-Type', type],
            ['Content-Length', String(body.length)],
          ] as const)),
    ],
  }
}
