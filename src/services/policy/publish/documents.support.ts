/** Policies made by chance, for properties that must hold of all of them. */
import fc from 'fast-check'
import { readDocument } from './document.ts'

const name = fc.constantFrom('a', 'b', 'shop', 'x.y', 'wp-editor', '0')
const site = fc.constantFrom('', 'shop', 'blog')
const path = fc.constantFrom('/*', '/a', '/a/b*', '/wp-admin/post.php')

const siteThing = fc.record(
  {
    name,
    hosts: fc.uniqueArray(fc.constantFrom('a.example', '*.b.example', '*'), { minLength: 1 }),
    path: fc.constantFrom('/', '/sub'),
    mode: fc.constantFrom('off', 'monitor', 'safe_blocking', 'block'),
    upstreams: fc.array(
      fc.record(
        {
          url: fc.constantFrom('http://127.0.0.1:1', 'https://up.example'),
          fail_timeout: fc.constantFrom('30s', '1500ms', '2h'),
          max_fails: fc.nat(5),
        },
        { requiredKeys: ['url'] },
      ),
      { minLength: 1, maxLength: 3 },
    ),
    body_size_max: fc.constantFrom('12800KiB', '1GiB', '77B'),
    paranoia_level: fc.integer({ min: 1, max: 4 }),
  },
  { requiredKeys: ['name', 'hosts', 'upstreams'] },
)
const exception = fc.record(
  {
    name,
    site,
    path,
    parameter: fc.constantFrom('', 'ARGS:content', 'REQUEST_HEADERS:User-Agent'),
    rules: fc.array(fc.integer({ min: 1, max: 999 }), { maxLength: 3 }),
    expires_at: fc.constantFrom(null, '2026-12-01T00:00:00.000Z'),
    reason: fc.string({ maxLength: 20 }),
  },
  { requiredKeys: ['name'] },
)
const ownRules = fc.record(
  {
    name,
    text: fc.string(),
    data: fc.dictionary(fc.constantFrom('words.txt', 'a.data'), fc.string()),
    tests: fc.array(
      fc.record(
        { name: fc.constant('t'), uri: fc.constant('/'), expect_blocked: fc.boolean() },
        { requiredKeys: ['name', 'uri'] },
      ),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: ['name', 'text'] },
)
const unique = <T extends { name: string }>(thing: fc.Arbitrary<T>) =>
  fc.uniqueArray(thing, { selector: (one) => one.name, maxLength: 4 })

const written = fc.record(
  {
    rules: fc.record(
      { paranoia_level: fc.integer({ min: 1, max: 4 }), inbound_threshold: fc.constant(5) },
      { requiredKeys: [] },
    ),
    own_rules: unique(ownRules),
    sites: unique(siteThing),
    exceptions: unique(exception),
    masks: fc.uniqueArray(fc.record({ name, site }), {
      selector: (one) => `${one.name} ${one.site}`,
      maxLength: 3,
    }),
    groups: unique(fc.record({ name })),
    rollout: fc.record(
      {
        wave_size: fc.nat(3),
        wait: fc.constantFrom('0ms', '10s'),
        error_rate_max: fc.double({ min: 0, max: 1, noNaN: true }),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
)

/** Normalised. */
export const anyDocument = written.map((given) => readDocument(given).document)

/** Sites of a shop and a blog, normalised; `more` replaces sections. */
export function shopDocument(more: Record<string, unknown> = {}): Record<string, unknown> {
  const upstreams = [{ url: 'http://127.0.0.1:3000' }]
  return readDocument({
    sites: [
      { name: 'shop', hosts: ['shop.example'], upstreams },
      { name: 'blog', hosts: ['blog.example'], mode: 'monitor', upstreams },
    ],
    ...more,
  }).document
}
