/** Every operator of the rule language that we know, as the manual writes it; looked up without regard to case. */
import { ipMatch, ipMatchFromFile } from './operators/addresses.ts'
import type { OperatorMaker } from './operators/define.ts'
import { noMatch, unconditionalMatch } from './operators/fixed.ts'
import { detectSQLi, detectXSS } from './operators/injection.ts'
import { eq, ge, gt, le, lt } from './operators/numbers.ts'
import { pm, pmFromFile, rx } from './operators/patterns.ts'
import { beginsWith, contains, containsWord, endsWith, streq, within } from './operators/strings.ts'
import {
  validateByteRange,
  validateUrlEncoding,
  validateUtf8Encoding,
  verifyCC,
} from './operators/validation.ts'

export const operators: Readonly<Record<string, OperatorMaker>> = {
  beginsWith,
  contains,
  containsWord,
  detectSQLi,
  detectXSS,
  endsWith,
  eq,
  ge,
  // No location database and no network: these two are accepted, listed, and never match.
  geoLookup: noMatch,
  rbl: noMatch,
  gt,
  ipMatch,
  ipMatchF: ipMatchFromFile,
  ipMatchFromFile,
  le,
  lt,
  noMatch,
  pm,
  pmf: pmFromFile,
  pmFromFile,
  rx,
  streq,
  strmatch: contains,
  unconditionalMatch,
  validateByteRange,
  validateUrlEncoding,
  validateUtf8Encoding,
  verifyCC,
  within,
}

/** Operators whose argument names data files. */
export const fileOperators: readonly string[] = ['ipMatchF', 'ipMatchFromFile', 'pmf', 'pmFromFile']

export { words as filesNamed } from './operators/patterns.ts'

/** Operators that load but can never match here. */
export const operatorsWithoutEffect: readonly string[] = ['geoLookup', 'rbl']

/** Operators that need no argument. */
export const operatorsWithoutArgument: readonly string[] = [
  'detectSQLi',
  'detectXSS',
  'geoLookup',
  'noMatch',
  'unconditionalMatch',
  'validateUrlEncoding',
  'validateUtf8Encoding',
]

/** Operators of the manual that we refuse, with the reason. */
export const unsupportedOperators: Readonly<Record<string, string>> = {
  fuzzyHash: 'there are no fuzzy hashes',
  gsbLookup: 'rules make no network requests',
  inspectFile: 'rules never run programs',
  rsub: 'values are never changed',
  rxGlobal: 'use rx',
  validateDTD: 'a document type is an error in itself',
  validateHash: 'links are not signed',
  validateSchema: 'there is no schema validation',
  verifyCPF: 'only card numbers can be verified',
  verifySSN: 'only card numbers can be verified',
  verifySVNR: 'only card numbers can be verified',
}
