import { bench, do_not_optimize, run } from 'mitata'
import { type BodyLimits, bodyProcessors, parseCookies, parseUrlencoded } from './bodies.ts'

const limits: BodyLimits = { arguments_max: 1_000, json_depth_max: 512, multipart_parts_max: 100 }

const query = 'q=running+shoes&category=outdoor&page=2&sort=price_asc&color=dark%20blue'
const form = Array.from(
  { length: 20 },
  (_, index) => `field_${index}=some+value+no%2E+${index}`,
).join('&')
const json = JSON.stringify({
  order: Array.from({ length: 25 }, (_, id) => ({
    id,
    name: `shoe no. ${id}`,
    price: 9.5,
    note: 'a "b"\n',
  })),
})
const xml = `<?xml version="1.0"?><order>${'<item id="1"><name>shoe &amp; lace</name></item>'.repeat(40)}</order>`
const multipart = [
  ...Array.from(
    { length: 5 },
    (_, index) =>
      `--Xy\r\nContent-Disposition: form-data; name="f${index}"\r\n\r\nvalue ${index}\r\n`,
  ),
  `--Xy\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\n`,
  `${'line of a file\r\n'.repeat(4_096)}\r\n--Xy--\r\n`,
].join('')

function body(kind: string, text: string, content_type = ''): void {
  const processor = bodyProcessors.get(kind)
  if (processor === undefined) throw new Error(`no body processor ${kind}`)
  const parsed = processor(text, content_type, limits)
  if (parsed.error !== undefined) throw new Error(parsed.error)
  bench(`${kind} ${text.length} bytes`, () =>
    do_not_optimize(processor(text, content_type, limits)),
  )
}

bench(`query ${query.length} bytes`, () => do_not_optimize(parseUrlencoded(query, 1_000)))
bench('cookies', () =>
  do_not_optimize(parseCookies('session_id=8f14e45f; theme=dark; _ga=GA1.2.123')),
)
body('URLENCODED', form)
body('JSON', json)
body('XML', xml)
body('MULTIPART', multipart, 'multipart/form-data; boundary=Xy')

await run()
