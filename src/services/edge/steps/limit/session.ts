/** Which session a request belongs to, by the cookie that applications keep it in. */
import { createHash } from 'node:crypto'
import type { HeaderField } from '#parts/http/head.ts'

/**
 * WordPress (which adds a hash to the name), PHP, Java, ASP, Express, Rails and their like. What only one of them uses goes
 * before the names that anything may have, so that a made-up `sid` beside the true cookie changes nothing.
 */
const names: readonly RegExp[] = [
  /^wordpress_logged_in_\w+$/,
  /^wordpress_sec_\w+$/,
  /^phpsessid$/,
  /^jsessionid$/,
  /^asp\.net_sessionid$/,
  /^aspsessionid[a-z]*$/,
  /^connect\.sid$/,
  /^laravel_session$/,
  /^_\w+_session$/,
  /^_?session_?id$/,
  /^session$/,
  /^sid$/,
]

/**
 * A short digest of the session cookie's value; undefined without one. The value itself is a credential and is kept nowhere.
 * Of several cookies the best known counts, of several of one name the first.
 */
export function sessionOf(headers: readonly HeaderField[]): string | undefined {
  let best: string | undefined
  let best_rank = names.length
  for (const [name, value] of headers) {
    if (name.length !== 6 || name.toLowerCase() !== 'cookie') continue
    for (const pair of value.split(';')) {
      const equals = pair.indexOf('=')
      if (equals < 0) continue
      const session = pair.slice(equals + 1).trim()
      if (session === '') continue
      const cookie = pair.slice(0, equals).trim().toLowerCase()
      const rank = names.findIndex((one) => one.test(cookie))
      if (rank < 0 || rank >= best_rank) continue
      best = session
      best_rank = rank
    }
  }
  if (best === undefined) return undefined
  return createHash('sha256').update(best).digest('base64url').slice(0, 22)
}
