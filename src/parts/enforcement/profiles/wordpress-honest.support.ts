/** Requests as WordPress 6 sends them: by its editors, its dashboard and its visitors. Written from its forms and its REST API. */
import {
  form,
  json,
  override,
  prose,
  type Sent,
  type Shape,
  wordpressRequest,
} from './wordpress-request.support.ts'

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
