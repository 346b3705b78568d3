/**
 * WordPress 5 and 6: what its editors and its dashboard send that looks like an attack, and what should not be asked for too
 * often. Tried by `profiles.test.ts` on requests as it sends them, with OWASP CRS 3.3 and 4.
 *
 * Anybody may send any of these requests, with a made-up cookie as well. So each exception names the one thing of WordPress
 * itself that it means (`when`): `admin-ajax.php` runs what `action` says, also of plugins and for strangers, and `rest_route`
 * takes any path of the site to any route of the REST API. And none is for all rules.
 */

/** HTML and words of SQL, which text has. */
const html = ['attack-xss', 'attack-sqli']
/** Text in which people show code. By language and not `attack-rce`, so that Java (944xxx) and templates (934xxx) stay refused. */
const text = [...html, 'attack-lfi', 'language-php', 'language-shell']
/** Program text of themes and plugins. */
const program = [...text, 'attack-rfi', 'language-javascript']
/** What no rule should look for in a password. */
const secret = [...text, 'attack-rfi']

/** The cookie is there and nothing takes the request to another route. */
const rest = { login: true, without: ['rest_route'] }
const action = (...names: readonly string[]) => ({ login: true, arguments: { action: [...names] } })
const rest_writes = ['POST', 'PUT', 'PATCH']
const post = ['POST']

/** Where a user who is logged in writes. */
const writing = [
  {
    why: 'The block editor sends posts, pages, templates and their drafts as JSON',
    // Not comments: those are open to anybody. Types of posts that a plugin adds need an exception of their own.
    paths: [
      'posts',
      'pages',
      'blocks',
      'templates',
      'template-parts',
      'navigation',
      'menu-items',
      'global-styles',
      'media',
      'widgets',
      'block-renderer',
      'settings',
    ].flatMap((type) => [`/wp-json/wp/v2/${type}`, `/wp-json/wp/v2/${type}/*`]),
    methods: rest_writes,
    when: rest,
    parameters: [
      'ARGS:/^json\\.(?:content|title|excerpt|description|caption|alt_text|instance|settings|styles|meta|attributes|css)(?:\\.|$)/',
    ],
    tags: text,
  },
  {
    why: 'Several changes of the block editor in one request',
    paths: ['/wp-json/batch/v1'],
    methods: post,
    // Routes of plugins may take part in it, too.
    when: {
      ...rest,
      values: [{ names_begin: 'json.requests.', names_end: '.path', values_begin: ['/wp/v2/'] }],
    },
    parameters: [
      'ARGS:/^json\\.requests\\.(?:\\w+\\.)?body\\.(?:content|title|excerpt|description|url|attr_title|instance|settings|meta)(?:\\.|$)/',
    ],
    tags: html,
  },
  {
    why: 'The classic editor sends a post as a form',
    paths: ['/wp-admin/post.php', '/wp-admin/post-new.php'],
    methods: post,
    when: action('editpost', 'post', 'post-quickdraft-save'),
    parameters: [
      'ARGS:content',
      'ARGS:post_title',
      'ARGS:excerpt',
      'ARGS:metavalue',
      'ARGS:/^meta\\[\\d+\\]\\[value\\]$/',
    ],
    tags: text,
  },
  {
    why: 'Drafts that save themselves',
    paths: ['/wp-admin/admin-ajax.php'],
    methods: post,
    when: action('heartbeat'),
    parameters: ['ARGS:/^data\\[wp_autosave\\]\\[(?:content|post_title|excerpt)\\]$/'],
    tags: text,
  },
  {
    why: 'The quick edit of a list, new titles, answers to comments, fields of a post',
    paths: ['/wp-admin/admin-ajax.php'],
    methods: post,
    when: action('inline-save', 'sample-permalink', 'edit-comment', 'replyto-comment', 'add-meta'),
    parameters: [
      'ARGS:post_title',
      'ARGS:new_title',
      'ARGS:content',
      'ARGS:metavalue',
      'ARGS:/^meta\\[\\d+\\]\\[value\\]$/',
    ],
    tags: html,
  },
  {
    why: 'Widgets hold text and HTML of their own',
    paths: ['/wp-admin/admin-ajax.php'],
    methods: post,
    when: action('save-widget', 'update-widget'),
    parameters: ['ARGS:/^widget-/', 'ARGS:/^instance\\[/', 'ARGS:sanitized_widget_setting'],
    tags: text,
  },
  {
    why: 'The customizer sends the settings of a theme, with its style sheet, as JSON in a field',
    paths: ['/wp-admin/admin-ajax.php'],
    methods: post,
    when: action('customize_save', 'update-widget'),
    parameters: ['ARGS:customize_changeset_data', 'ARGS:customized'],
    tags: text,
  },
  {
    why: 'The preview of the customizer sends unsaved settings to any page of the site',
    paths: ['/*'],
    methods: post,
    when: {
      login: true,
      arguments: { wp_customize: ['on'] },
      without: ['rest_route', 'action'],
    },
    parameters: ['ARGS:customized', 'ARGS:partials'],
    tags: text,
  },
  {
    why: 'The editor of theme and plugin files sends code',
    paths: ['/wp-admin/admin-ajax.php'],
    methods: post,
    when: action('edit-theme-plugin-file'),
    parameters: ['ARGS:newcontent'],
    tags: program,
  },
  {
    why: 'The editors of theme and plugin files without scripts',
    paths: ['/wp-admin/theme-editor.php', '/wp-admin/plugin-editor.php'],
    methods: post,
    when: action('update'),
    parameters: ['ARGS:newcontent'],
    tags: program,
  },
  {
    why: 'Titles and addresses in a menu',
    paths: ['/wp-admin/nav-menus.php'],
    methods: post,
    when: action('update'),
    parameters: ['ARGS:/^menu-item(?:-|\\[)/', 'ARGS:nav-menu-data'],
    tags: html,
  },
  {
    why: 'A thing is put into a menu',
    paths: ['/wp-admin/admin-ajax.php'],
    methods: post,
    when: action('add-menu-item'),
    parameters: ['ARGS:/^menu-item\\[/'],
    tags: html,
  },
  {
    why: 'Words that comments may not hold are attacks by nature',
    paths: ['/wp-admin/options.php'],
    methods: post,
    when: action('update'),
    parameters: [
      'ARGS:moderation_keys',
      'ARGS:disallowed_keys',
      'ARGS:ping_sites',
      'ARGS:mailserver_pass',
    ],
    tags: secret,
  },
  {
    why: 'Permalinks have percent signs',
    paths: ['/wp-admin/options-permalink.php'],
    methods: post,
    when: { login: true },
    parameters: ['ARGS:permalink_structure', 'ARGS:selection'],
    tags: html,
  },
  {
    why: 'What people write of themselves',
    paths: ['/wp-admin/profile.php', '/wp-admin/user-edit.php'],
    methods: post,
    when: action('update'),
    parameters: ['ARGS:description'],
    tags: text,
  },
]

const secrets = [
  {
    why: 'A good password looks like anything; nobody looks at it, and it is hashed before it is stored',
    paths: ['/wp-login.php'],
    methods: post,
    parameters: ['ARGS:pwd', 'ARGS:pass1', 'ARGS:pass2', 'ARGS:pass1-text', 'ARGS:post_password'],
    tags: secret,
  },
  {
    why: 'The same in the dashboard',
    paths: ['/wp-admin/profile.php', '/wp-admin/user-edit.php', '/wp-admin/user-new.php'],
    methods: post,
    when: { login: true },
    parameters: ['ARGS:pass1', 'ARGS:pass2', 'ARGS:pass1-text'],
    tags: secret,
  },
  {
    why: 'The password of the database, when WordPress is set up and nobody can be logged in',
    paths: ['/wp-admin/setup-config.php', '/wp-admin/install.php'],
    methods: post,
    parameters: ['ARGS:pwd', 'ARGS:admin_password', 'ARGS:admin_password2', 'ARGS:pass1-text'],
    tags: secret,
  },
  {
    why: 'Passwords of users over the REST API',
    paths: ['/wp-json/wp/v2/users/*', '/wp-json/wp/v2/users'],
    methods: rest_writes,
    when: rest,
    parameters: ['ARGS:json.password'],
    tags: secret,
  },
]

const addresses = [
  {
    why: 'Pages of the dashboard name the page they came from; WordPress itself refuses foreign ones',
    paths: ['/wp-admin/*'],
    when: { login: true },
    parameters: [
      'ARGS:_wp_http_referer',
      'ARGS:_wp_original_http_referer',
      'ARGS:wp_http_referer',
      'ARGS:referredby',
    ],
    tags: ['attack-rfi', 'language-shell'],
  },
  {
    why: 'Where somebody goes after the login; WordPress itself refuses foreign addresses',
    paths: ['/wp-login.php'],
    parameters: ['ARGS:redirect_to'],
    tags: ['attack-rfi'],
  },
  {
    why: 'Addresses that the block editor looks up',
    paths: ['/wp-json/oembed/1.0/*', '/wp-json/wp-block-editor/v1/*'],
    when: rest,
    parameters: ['ARGS:url'],
    tags: ['attack-rfi', 'attack-ssrf'],
  },
  {
    why: 'The home page of a user',
    paths: ['/wp-admin/profile.php', '/wp-admin/user-edit.php', '/wp-admin/user-new.php'],
    methods: post,
    when: { login: true },
    parameters: ['ARGS:url'],
    tags: ['attack-rfi'],
  },
]

const visitors = [
  {
    why: 'Comments speak of commands and of SQL; WordPress binds them as parameters. Scripts and PHP in them stay refused',
    paths: ['/wp-comments-post.php'],
    methods: post,
    when: { without: ['rest_route', 'action'] },
    parameters: ['ARGS:comment'],
    tags: ['attack-sqli', 'language-shell', 'attack-lfi'],
  },
  {
    why: 'The home page of who comments',
    paths: ['/wp-comments-post.php'],
    methods: post,
    parameters: ['ARGS:url'],
    tags: ['attack-rfi'],
  },
]

/** For whoever asks: a method by itself does no harm, and clients of the API with a password of their own have no cookie. */
const methods = [
  {
    why: 'The REST API changes and deletes things by their methods',
    paths: ['/wp-json/*'],
    methods: ['PUT', 'PATCH', 'DELETE'],
    rules: [911100],
  },
  {
    why: 'The block editor names the method in a header, for servers that let only GET and POST through',
    paths: ['/wp-json/*'],
    parameters: ['REQUEST_HEADERS_NAMES:X-HTTP-Method-Override'],
    rules: [920450, 920451],
  },
]

export const wordpress = {
  name: 'wordpress' as const,
  login_cookies: ['wordpress_logged_in_'],
  exceptions: [...writing, ...secrets, ...addresses, ...visitors, ...methods],
  rate_limits: [
    // 20 in 120 seconds. What stands behind the slash is PATH_INFO: the same program answers.
    {
      name: 'wordpress-xmlrpc',
      paths: ['/xmlrpc.php', '/xmlrpc.php/*'],
      methods: ['POST'],
      key: 'client' as const,
      rate: '10/m',
      burst: 19,
      status: 429 as const,
    },
    {
      name: 'wordpress-login',
      paths: ['/wp-login.php', '/wp-login.php/*'],
      methods: ['POST'],
      key: 'client' as const,
      rate: '10/m',
      burst: 9,
      status: 429 as const,
    },
    // Who asks for the users one by one learns their names; the dashboard asks for a page of them now and then.
    {
      name: 'wordpress-users',
      paths: ['/wp-json/wp/v2/users*'],
      methods: ['GET', 'HEAD'],
      key: 'client' as const,
      rate: '30/m',
      burst: 19,
      status: 429 as const,
    },
  ],
}
