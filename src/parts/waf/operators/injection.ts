/** Operators that recognise SQL and script injection by its tokens. */
import { detectSqli } from '../sqli.ts'
import { detectXss } from '../xss.ts'
import type { OperatorMaker } from './define.ts'

function detector(detect: (value: string) => string | undefined): OperatorMaker {
  return () => ({
    matches: (value) => detect(value) !== undefined,
    locate(value) {
      const reason = detect(value)
      return reason === undefined ? undefined : { at: 0, text: value, captures: [reason] }
    },
  })
}

export const detectSQLi = detector(detectSqli)
export const detectXSS = detector(detectXss)
