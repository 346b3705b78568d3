/** Which names announce a secret. Compared without regard to case and punctuation. */

/** Says of a name (percent-decoded) whether what it names is secret. */
export type SecretName = (name: string) => boolean

/** Anywhere in a name. */
const parts = [
  'password',
  'passwd',
  'passphrase',
  'passwort',
  'pwd',
  'secret',
  'token',
  'apikey',
  'accesskey',
  'privatekey',
  'authorization',
  'credential',
  'csrf',
  'xsrf',
  'sessionid',
  'sessid',
  'sessionkey',
  'cookie',
  'signature',
  'cardnumber',
  'creditcard',
  'ccnum',
  'securitycode',
]
/** The whole name. */
const wholes: ReadonlySet<string> = new Set([
  'pass',
  'pw',
  'auth',
  'pin',
  'otp',
  'totp',
  'cvv',
  'cvv2',
  'cvc',
  'cvc2',
  'sid',
  'ssn',
  'iban',
  'session',
  'jwt',
  'bearer',
  'sig',
  'xauth',
  'xapikey',
  'xamzsecuritytoken',
])

/** End in `pass` and mean something else. */
const words: ReadonlySet<string> = new Set([
  'compass',
  'bypass',
  'overpass',
  'underpass',
  'trespass',
])

/** Longer names are cut: what a client writes must not cost. */
const name_max = 200

/** Does a parameter, field or header of this name (percent-decoded) hold a secret? */
export function isSecretName(name: string): boolean {
  const plain = normalised(name)
  if (plain.length < 2) return false
  if (wholes.has(plain)) return true
  // `user[pass]`, `login.pw`, `pass2`
  const last = normalised(name.slice(lastBreak(name) + 1)).replace(/\d+$/, '')
  if (wholes.has(last) || (last.endsWith('pass') && !words.has(last))) return true
  for (const part of parts) if (plain.includes(part)) return true
  return false
}

function normalised(name: string): string {
  let out = ''
  const end = Math.min(name.length, name_max)
  for (let i = Math.max(0, name.length - end); i < name.length; i++) {
    const c = name.charCodeAt(i) | 0x20
    if ((c >= 0x61 && c <= 0x7a) || (c >= 0x30 && c <= 0x39)) out += String.fromCharCode(c)
  }
  return out
}

/** Where the last word of a nested name begins. */
function lastBreak(name: string): number {
  let at = -1
  for (let i = 0; i < name.length - 1; i++) {
    const c = name.charAt(i)
    if (c === '[' || c === '.' || c === '_' || c === '-' || c === ':' || c === '/') at = i
  }
  return at
}
