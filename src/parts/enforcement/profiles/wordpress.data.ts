/**
 * WordPress 5 and 6: what its editors and its dashboard send that looks like an attack, and what should not be asked for too
 * often. Tried by `profiles.test.ts` on requests as it sends them, with OWASP CRS 3.3 and 4.
 */

/** Where a user who is logged in writes: the text itself is looked at by nobody, everything beside it by all rules. */
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
    parameters: [
      'ARGS:/^json\\.(?:content|title|excerpt|description|caption|alt_text|instance|settings|styles|meta|attributes|css)(?:\\.|$)/',
    ],
  },
  {
    why: 'Several changes of the block editor in one request',
    paths: ['/wp-json/batch/v1'],
    parameters: ['ARGS:/^json\\.requests\\.(?:\\w+\\.)?body\\./'],
  },
  {
    why: 'The classic editor sends a post as a form',
    paths: ['/wp-admin/post.php', '/wp-admin/post-new.php'],
    parameters: [
      'ARGS:content',
      'ARGS:post_title',
      'ARGS:excerpt',
      'ARGS:metavalue',
      'ARGS:/^meta\\[\\d+\\]\\[value\\]$/',
    ],
  },
  {
    why: 'Drafts that save themselves, the quick draft, and the quick edit of a list',
    paths: ['/wp-admin/admin-ajax.php', '/wp-admin/post.php'],
    parameters: [
      'ARGS:/^data\\[wp_autosave\\]\\[(?:content|post_title|excerpt)\\]$/',
      'ARGS:content',
      'ARGS:post_title',
      'ARGS:new_title',
    ],
  },
  {
    why: 'Widgets hold text and HTML of their own',
    paths: ['/wp-admin/admin-ajax.php', '/wp-admin/widgets.php', '/wp-admin/customize.php'],
    parameters: ['ARGS:/^widget-/', 'ARGS:/^instance\\[/', 'ARGS:sanitized_widget_setting'],
  },
  {
    why: 'The customizer sends the settings of a theme, with its style sheet, as JSON in a field',
    paths: ['/wp-admin/admin-ajax.php', '/wp-admin/customize.php'],
    parameters: ['ARGS:customize_changeset_data', 'ARGS:partials'],
  },
  {
    why: 'The preview of the customizer sends unsaved settings to any page of the site',
    paths: ['/*'],
    methods: ['POST'],
    parameters: ['ARGS:customized'],
  },
  {
    why: 'The editors of theme and plugin files send code',
    paths: [
      '/wp-admin/admin-ajax.php',
      '/wp-admin/theme-editor.php',
      '/wp-admin/plugin-editor.php',
    ],
    parameters: ['ARGS:newcontent'],
  },
  {
    why: 'Titles and addresses in a menu',
    paths: ['/wp-admin/nav-menus.php', '/wp-admin/admin-ajax.php'],
    parameters: ['ARGS:/^menu-item(?:-|\\[)/', 'ARGS:nav-menu-data'],
  },
  {
    why: 'Words that comments may not hold are attacks by nature; permalinks have percent signs',
    paths: ['/wp-admin/options.php', '/wp-admin/options-permalink.php'],
    parameters: [
      'ARGS:moderation_keys',
      'ARGS:disallowed_keys',
      'ARGS:ping_sites',
      'ARGS:permalink_structure',
      'ARGS:selection',
      'ARGS:mailserver_pass',
    ],
  },
  {
    why: 'What people write of themselves',
    paths: ['/wp-admin/profile.php', '/wp-admin/user-edit.php'],
    parameters: ['ARGS:description'],
  },
]

const secrets = [
  {
    why: 'A good password looks like anything; nobody looks at it, and it is hashed before it is stored',
    paths: [
      '/wp-login.php',
      '/wp-admin/profile.php',
      '/wp-admin/user-edit.php',
      '/wp-admin/user-new.php',
    ],
    parameters: ['ARGS:pwd', 'ARGS:pass1', 'ARGS:pass2', 'ARGS:pass1-text', 'ARGS:post_password'],
  },
  {
    why: 'The password of the database, when WordPress is set up',
    paths: ['/wp-admin/setup-config.php', '/wp-admin/install.php'],
    parameters: ['ARGS:pwd', 'ARGS:admin_password', 'ARGS:admin_password2', 'ARGS:pass1-text'],
  },
  {
    why: 'Passwords of users over the REST API',
    paths: ['/wp-json/wp/v2/users/*', '/wp-json/wp/v2/users'],
    parameters: ['ARGS:json.password'],
  },
]

const addresses = [
  {
    why: 'Pages of the dashboard name the page they came from; WordPress itself refuses foreign ones',
    paths: ['/wp-admin/*', '/wp-login.php'],
    parameters: [
      'ARGS:_wp_http_referer',
      'ARGS:_wp_original_http_referer',
      'ARGS:wp_http_referer',
      'ARGS:referredby',
      'ARGS:redirect_to',
    ],
    tags: ['attack-rfi', 'attack-lfi', 'attack-rce', 'attack-sqli', 'attack-protocol'],
  },
  {
    why: 'Addresses that the block editor looks up',
    paths: ['/wp-json/oembed/1.0/*', '/wp-json/wp-block-editor/v1/*'],
    parameters: ['ARGS:url'],
    tags: ['attack-rfi', 'attack-ssrf'],
  },
  {
    why: 'The home page of a user or of who comments',
    paths: ['/wp-comments-post.php', '/wp-admin/profile.php', '/wp-admin/user-*'],
    parameters: ['ARGS:url'],
    tags: ['attack-rfi', 'attack-ssrf'],
  },
]

const visitors = [
  {
    why: 'Comments speak of commands and of SQL; WordPress binds them as parameters. Scripts and PHP in them stay refused',
    paths: ['/wp-comments-post.php'],
    parameters: ['ARGS:comment'],
    tags: ['attack-sqli', 'attack-rce', 'attack-lfi'],
  },
]

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
  exceptions: [...writing, ...secrets, ...addresses, ...visitors, ...methods],
  rate_limits: [
    // 20 in 120 seconds.
    {
      name: 'wordpress-xmlrpc',
      paths: ['/xmlrpc.php'],
      methods: ['POST'],
      key: 'client' as const,
      rate: '10/m',
      burst: 19,
      status: 429 as const,
    },
    {
      name: 'wordpress-login',
      paths: ['/wp-login.php'],
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
