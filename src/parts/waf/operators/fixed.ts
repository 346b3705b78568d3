/** Operators whose answer does not depend on the value. */
import type { OperatorMaker } from './define.ts'

export const unconditionalMatch: OperatorMaker = () => ({ matches: () => true })

export const noMatch: OperatorMaker = () => ({ matches: () => false })
