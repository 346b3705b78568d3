import { jsonBody } from './bodies/json.ts'
import { multipartBody } from './bodies/multipart.ts'
import type { BodyProcessor } from './bodies/parsed-body.ts'
import { urlencodedBody } from './bodies/urlencoded.ts'
import { xmlBody } from './bodies/xml.ts'

export { parseCookies } from './bodies/cookies.ts'
export type { BodyLimits, BodyProcessor, FilePart, ParsedBody } from './bodies/parsed-body.ts'
export { type ParsedQuery, parseUrlencoded } from './bodies/urlencoded.ts'

/**
 * The body processors by the name that `ctl:requestBodyProcessor` and REQBODY_PROCESSOR give them.
 */
export const bodyProcessors: ReadonlyMap<string, BodyProcessor> = new Map<string, BodyProcessor>([
  ['URLENCODED', urlencodedBody],
  ['MULTIPART', multipartBody],
  ['JSON', jsonBody],
  ['XML', xmlBody],
])
