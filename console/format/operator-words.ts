/** Operators and transformations of the rule language in words. Source: ModSecurity v3 reference manual. */

const operators: Readonly<Record<string, string>> = {
  rx: 'matches the regular expression',
  rxglobal: 'matches the regular expression',
  detectsqli: 'reads as SQL injection',
  detectxss: 'reads as script injection',
  pm: 'contains one of the phrases',
  pmf: 'contains a phrase of the list',
  pmfromfile: 'contains a phrase of the list',
  within: 'is one of',
  contains: 'contains',
  containsword: 'contains the word',
  streq: 'is exactly',
  strmatch: 'contains',
  beginswith: 'begins with',
  endswith: 'ends with',
  eq: 'equals',
  ge: 'is at least',
  gt: 'is greater than',
  le: 'is at most',
  lt: 'is less than',
  ipmatch: 'is an address within',
  ipmatchf: 'is an address of the list',
  ipmatchfromfile: 'is an address of the list',
  validatebyterange: 'has bytes outside of',
  validateurlencoding: 'is not validly URL encoded',
  validateutf8encoding: 'is not valid UTF-8',
  verifycc: 'holds a payment card number',
  unconditionalmatch: 'was present',
}

export type OperatorWords = {
  /** `matches the regular expression`. */
  readonly sentence: string
  /** The operator's argument as the rule has it; empty when it has none. */
  readonly argument: string
}

/** Reads `!@rx ^GET$`: what the operator asks of a value, and its argument. Without a name it is `@rx`; unknown ones keep theirs. */
export function operatorWords(operator: string): OperatorWords {
  if (operator === '') return { sentence: 'was present', argument: '' }
  const [, not, name = 'rx', rest = ''] = /^(!?)(?:@(\w+)\s*)?([\s\S]*)$/.exec(operator) ?? []
  const argument = rest.trimEnd()
  const words = operators[name.toLowerCase()]
  if (words === undefined) return { sentence: 'fits', argument: operator }
  return { sentence: not === '!' ? `does not hold: ${words}` : words, argument }
}

const transformations: Readonly<Record<string, string>> = {
  base64decode: 'Base64 decoded',
  base64decodeext: 'Base64 decoded, forgiving',
  cmdline: 'Shell escapes removed',
  compresswhitespace: 'White space compressed',
  cssdecode: 'CSS escapes decoded',
  escapeseqdecode: 'ANSI C escapes decoded',
  hexdecode: 'Hex decoded',
  hexencode: 'Hex encoded',
  htmlentitydecode: 'HTML entities decoded',
  jsdecode: 'JavaScript escapes decoded',
  length: 'Length taken',
  lowercase: 'Lower case',
  md5: 'MD5 taken',
  normalisepath: 'Path normalised',
  normalizepath: 'Path normalised',
  normalisepathwin: 'Windows path normalised',
  normalizepathwin: 'Windows path normalised',
  removecomments: 'Comments removed',
  removecommentschar: 'Comment characters removed',
  removenulls: 'NUL bytes removed',
  removewhitespace: 'White space removed',
  replacecomments: 'Comments replaced by a space',
  replacenulls: 'NUL bytes replaced by a space',
  sha1: 'SHA-1 taken',
  sqlhexdecode: 'SQL hex decoded',
  trim: 'Trimmed',
  trimleft: 'Trimmed on the left',
  trimright: 'Trimmed on the right',
  uppercase: 'Upper case',
  urldecode: 'URL decoded',
  urldecodeuni: 'URL decoded',
  urlencode: 'URL encoded',
  utf8tounicode: 'UTF-8 written as %u escapes',
}

/** `urlDecodeUni` and `t:urlDecodeUni` are `URL decoded`; unknown ones keep their name. */
export function transformationWords(name: string): string {
  const key = name.replace(/^t:/, '').toLowerCase()
  return transformations[key] ?? name
}

/** `ARGS:id` in words: `the parameter “id”`. Source: variables of the ModSecurity v3 reference manual. */
export function variableWords(variable: string): string {
  if (variable === '') return 'the request as a whole'
  const colon = variable.indexOf(':')
  const name = colon < 0 ? variable : variable.slice(0, colon)
  const part = colon < 0 ? '' : ` “${variable.slice(colon + 1)}”`
  const noun = variables[name.toUpperCase()]
  return noun === undefined ? variable : noun + part
}

const variables: Readonly<Record<string, string>> = {
  ARGS: 'the parameter',
  ARGS_GET: 'the query parameter',
  ARGS_POST: 'the body parameter',
  ARGS_NAMES: 'the parameter name',
  REQUEST_HEADERS: 'the header',
  REQUEST_COOKIES: 'the cookie',
  REQUEST_COOKIES_NAMES: 'the cookie name',
  REQUEST_HEADERS_NAMES: 'the header name',
  REQUEST_FILENAME: 'the path',
  REQUEST_BASENAME: 'the last part of the path',
  REQUEST_URI: 'the address',
  REQUEST_URI_RAW: 'the address as sent',
  REQUEST_BODY: 'the body',
  REQUEST_LINE: 'the request line',
  REQUEST_METHOD: 'the method',
  REQUEST_PROTOCOL: 'the protocol',
  QUERY_STRING: 'the query string',
  RESPONSE_BODY: 'the answer’s body',
  RESPONSE_HEADERS: 'the answer’s header',
  RESPONSE_STATUS: 'the answer’s status',
  FILES: 'the file name',
  FILES_NAMES: 'the upload field',
  XML: 'the XML text',
}
