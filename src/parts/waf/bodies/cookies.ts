import { isSpace } from '../transformations/bytes.ts'

/**
 * The cookies of a Cookie header, in order, with duplicates: split at `;`, then at the first `=`;
 * white space before the name goes away, nothing is decoded. A piece without `=` is a name without
 * value, as in libmodsecurity. A value without name is kept (servers accept it; libmodsecurity
 * drops it); empty pieces are not.
 */
export function parseCookies(header: string): readonly (readonly [name: string, value: string])[] {
  const cookies: (readonly [string, string])[] = []
  for (let from = 0; from < header.length; ) {
    let end = header.indexOf(';', from)
    if (end < 0) end = header.length
    let start = from
    while (start < end && isSpace(header.charCodeAt(start))) start++
    const piece = header.slice(start, end)
    const equals = piece.indexOf('=')
    const name = equals < 0 ? piece : piece.slice(0, equals)
    const value = equals < 0 ? '' : piece.slice(equals + 1)
    if (name !== '' || value !== '') cookies.push([name, value])
    from = end + 1
  }
  return cookies
}
