import { base64Decode, base64DecodeExt, base64Encode } from './transformations/base64.ts'
import { lowercase, uppercase } from './transformations/case.ts'
import { cmdLine } from './transformations/command.ts'
import { removeComments, removeCommentsChar, replaceComments } from './transformations/comments.ts'
import { htmlEntityDecode } from './transformations/entities.ts'
import { cssDecode, escapeSeqDecode, jsDecode } from './transformations/escapes.ts'
import { length, md5, sha1 } from './transformations/hashes.ts'
import { hexDecode, hexEncode, sqlHexDecode } from './transformations/hex.ts'
import { parityEven7bit, parityOdd7bit, parityZero7bit } from './transformations/parity.ts'
import { normalizePath, normalizePathWin } from './transformations/path.ts'
import { urlDecode, urlDecodeUni, urlEncode } from './transformations/url.ts'
import { utf8toUnicode } from './transformations/utf8.ts'
import {
  compressWhitespace,
  removeNulls,
  removeWhitespace,
  replaceNulls,
  trim,
  trimLeft,
  trimRight,
} from './transformations/whitespace.ts'

/**
 * A step of a rule's `t:` chain. Values are byte strings (latin1). Total and linear in the length
 * of the value; gives the very same string when it changes nothing. Never keeps state between
 * calls.
 */
export type Transformation = (value: string) => string

/**
 * All transformations by lower-case name (the rule language ignores case), with the rule language's
 * own double spellings. `none` is not here: it is an instruction to the engine, not a function.
 * Source: ModSecurity v3 manual.
 */
export const transformations: ReadonlyMap<string, Transformation> = new Map<string, Transformation>(
  [
    ['base64decode', base64Decode],
    ['base64decodeext', base64DecodeExt],
    ['base64encode', base64Encode],
    ['cmdline', cmdLine],
    ['compresswhitespace', compressWhitespace],
    ['cssdecode', cssDecode],
    ['escapeseqdecode', escapeSeqDecode],
    ['hexdecode', hexDecode],
    ['hexencode', hexEncode],
    ['htmlentitydecode', htmlEntityDecode],
    ['jsdecode', jsDecode],
    ['length', length],
    ['lowercase', lowercase],
    ['md5', md5],
    ['normalisepath', normalizePath],
    ['normalisepathwin', normalizePathWin],
    ['normalizepath', normalizePath],
    ['normalizepathwin', normalizePathWin],
    ['parityeven7bit', parityEven7bit],
    ['parityodd7bit', parityOdd7bit],
    ['parityzero7bit', parityZero7bit],
    ['removecomments', removeComments],
    ['removecommentschar', removeCommentsChar],
    ['removenulls', removeNulls],
    ['removewhitespace', removeWhitespace],
    ['replacecomments', replaceComments],
    ['replacenulls', replaceNulls],
    ['sha1', sha1],
    ['sqlhexdecode', sqlHexDecode],
    ['trim', trim],
    ['trimleft', trimLeft],
    ['trimright', trimRight],
    ['uppercase', uppercase],
    ['urldecode', urlDecode],
    ['urldecodeuni', urlDecodeUni],
    ['urlencode', urlEncode],
    ['utf8tounicode', utf8toUnicode],
  ],
)
