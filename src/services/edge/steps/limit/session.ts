/** Which session a request belongs to, by the cookie that applications keep it in. */
import { createHash } from 'node:crypto'
import type { HeaderField } from '#parts/http/head.ts'

/** PHP, Java, ASP, Express, Rails and their like; WordPress adds a hash to the name. */
const names =
  /^(?:phpsessid|jsessionid|asp\.net_sessionid|aspsessionid[a-z]*|connect\.sid|sid|session|sessionid|session_id|_session_id|laravel_session|_\w+_session|wordpress_logged_in_\w+|wordpress_sec_\w+)$/i

/**
 * A short digest of the session cookie; undefined without one. The value itself is a credential and
 * is kept nowhere.
 */
export function sessionOf(headers: readonly HeaderField[]): string | undefined {
  for (const [name, value] of headers) {
    if (name.length !== 6 || name.toLowerCase() !== 'cookie') continue
    for (const pair of value.split(';')) {
      const equals = pair.indexOf('=')
      if (equals < 0 || !names.test(pair.slice(0, equals).trim())) continue
      return createHash('sha256').update(pair).digest('base64url').slice(0, 22)
    }
  }
  return undefined
}
