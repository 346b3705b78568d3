/** The policy of a small company, and requests of its honest visitors. */
import { uuidv7 } from '#base/id.ts'
import type { RecordedRequest } from '#model/replay.ts'

export const own_rules = `# The old import script must never be reached from outside.
SecRule REQUEST_URI "@beginsWith /import.php" \\
    "id:100001,phase:1,deny,status:403,msg:'Import script from outside'"
`

/** What stands in the settings file beside the sites. */
export const firstPolicy = {
  own_rules: [
    {
      name: 'import',
      text: own_rules,
      tests: [
        { name: 'the script is out of reach', uri: '/import.php?x=1', expect_rules: [100001] },
      ],
    },
  ],
  exceptions: [
    {
      name: 'blog-editor',
      site: 'blog',
      path: '/wp-admin/*',
      parameter: 'ARGS:content',
      tags: ['attack-xss', 'attack-sqli'],
      reason: 'Editors paste HTML and talk about databases',
    },
    {
      name: 'shop-search',
      site: 'shop',
      path: '/search',
      parameter: 'ARGS:q',
      rules: [942100],
      expires_at: '2030-01-01T00:00:00.000Z',
      reason: 'Customers search for "select" and "union" of pipes',
    },
  ],
  rate_limits: [{ name: 'login', site: 'blog', path: '/wp-login.php', rate: '30/m', burst: 10 }],
  jails: [{ name: 'scanners', maxretry: 20, findtime: '10m', bantime: '1h' }],
  block_pages: [
    // biome-ignore lint/suspicious/noTemplateCurlyInString: filled in by the block page
    { name: 'shop', html: '<h1>Sorry</h1><p>Please tell us the code ${request_id}.</p>' },
  ],
  masks: [{ name: 'iban', site: 'shop' }],
  groups: [{ name: 'europe' }, { name: 'web', parent: 'europe' }, { name: 'canary' }],
  rollout: { canary_group: 'canary' },
}

/** A day of honest requests; one in seven searches for something that looks like SQL and is none. */
export function recordedOf(now_ms: number): RecordedRequest[] {
  return Array.from({ length: 140 }, (_, i) => {
    const at_ms = now_ms - i * 9 * 60_000
    const text = i % 7 === 0 ? "pipe' union select elbow" : `pipe ${i}`
    return {
      id: uuidv7(at_ms),
      at: new Date(at_ms).toISOString(),
      node: 'gw-a',
      site: 'shop',
      host: 'shop.example',
      client: `198.51.100.${1 + (i % 40)}`,
      action: 'passed',
      request: {
        method: 'GET',
        uri: `/search?q=${encodeURIComponent(text)}`,
        http_version: '1.1',
        headers: [
          ['Host', 'shop.example'],
          ['User-Agent', 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0'],
          ['Accept', '*/*'],
        ],
        body: '',
        body_bytes: 0,
        is_cut: false,
        spans: [],
      },
    }
  })
}
