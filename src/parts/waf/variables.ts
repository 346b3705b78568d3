/** Every variable of the rule language that we know, by upper-case name. */
import type { Variable } from './program.ts'
import { argumentVariables } from './variables/arguments.ts'
import { bodyVariables } from './variables/body.ts'
import { liveVariables } from './variables/live.ts'
import { requestVariables } from './variables/request.ts'
import { responseVariables } from './variables/response.ts'
import { timeVariables } from './variables/time.ts'

export const variables: ReadonlyMap<string, Variable> = new Map(
  [
    ...argumentVariables,
    ...bodyVariables,
    ...liveVariables,
    ...requestVariables,
    ...responseVariables,
    ...timeVariables,
  ].map((variable) => [variable.name, variable]),
)

/** Variables of the manual that cannot be had here, with the reason. */
export const unsupportedVariables: ReadonlyMap<string, string> = new Map([
  ['FILES_TMPNAMES', 'uploads are never written to disk'],
  ['MODSEC_BUILD', 'there is no ModSecurity here'],
  ['PERF_ALL', 'rules are not timed one by one'],
  ['SCRIPT_FILENAME', 'the application runs elsewhere'],
  ['STREAM_INPUT_BODY', 'use REQUEST_BODY'],
  ['STREAM_OUTPUT_BODY', 'use RESPONSE_BODY'],
  ['WEBSERVER_ERROR_LOG', 'the web server runs elsewhere'],
])
