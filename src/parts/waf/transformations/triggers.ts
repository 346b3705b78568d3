/**
 * Which bytes a transformation needs to find before it can change anything, so that most values need not be touched.
 * A transformation that is not listed may change any value, even the empty one.
 */
const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const digits = '0123456789'
const blanks = '\t\n\v\f\r \x85\xa0'
const controls = String.fromCharCode(...Array(32).keys(), 127)
const high = String.fromCharCode(...Array.from({ length: 128 }, (_, at) => at + 128))

export type Triggers = {
  /** A value without any of these bytes stays as it is. */
  readonly bytes: string
  /**
   * Bytes that the result may hold though the value did not, small letters for its capitals apart; undefined when any
   * may appear, as in a decoder.
   */
  readonly adds: string | undefined
}

const decoder = (bytes: string): Triggers => ({ bytes, adds: undefined })
const remover = (bytes: string): Triggers => ({ bytes, adds: '' })
const replacer = (bytes: string, adds: string): Triggers => ({ bytes, adds })

/** By lower-case name. */
export const transformationTriggers: ReadonlyMap<string, Triggers> = new Map([
  ['cmdline', replacer(`"'\\^,; ${controls}${upper}`, ' ')],
  ['compresswhitespace', replacer(blanks, ' ')],
  ['cssdecode', decoder('\\')],
  ['escapeseqdecode', decoder('\\')],
  ['htmlentitydecode', decoder('&')],
  ['jsdecode', decoder('\\')],
  ['lowercase', remover(upper)],
  ['normalisepath', remover('./\\')],
  ['normalisepathwin', replacer('./\\', '/')],
  ['normalizepath', remover('./\\')],
  ['normalizepathwin', replacer('./\\', '/')],
  ['parityzero7bit', decoder(high)],
  ['removecomments', replacer('/*-#<!>', ' ')],
  ['removecommentschar', remover('/*-#<!>')],
  ['removenulls', remover('\0')],
  ['removewhitespace', remover(blanks)],
  ['replacecomments', replacer('/*', ' ')],
  ['replacenulls', replacer('\0', ' ')],
  ['sqlhexdecode', decoder(`${digits}xX`)],
  ['trim', remover(controls + blanks)],
  ['trimleft', remover(controls + blanks)],
  ['trimright', remover(controls + blanks)],
  ['uppercase', replacer(upper.toLowerCase(), upper)],
  ['urldecode', decoder('%+')],
  ['urldecodeuni', decoder('%+')],
  ['utf8tounicode', decoder(high)],
])
